/// An LMDB file taken apart without LMDB: what each page is for, as far as the two roots of its last commit lead.
struct MappedLedger {
  enum Region: CaseIterable {
    case meta, branch, leaf, overflow, free, pastTheEnd
  }

  private(set) var pages: [Region: [Int]] = [:]
  private let file: [UInt8]

  init(_ file: [UInt8]) throws {
    self.file = file
    pages[.meta] = [0, 1]
    let current = number(at: 16 + 128, bytes: 8) > number(at: 4096 + 16 + 128, bytes: 8) ? 0 : 4096
    // The tree of free pages, and that of the tables.
    for table in [24, 72] { walk(root: number(at: current + 16 + table + 40, bytes: 8)) }
    let used = Set(pages.values.joined())
    pages[.free] = (0..<(file.count / 4096)).filter { !used.contains($0) }
  }

  private mutating func walk(root page: Int) {
    guard page > 0, (page + 1) * 4096 <= file.count else { return }
    let start = page * 4096
    let isBranch = number(at: start + 10, bytes: 2) & 1 != 0
    pages[isBranch ? .branch : .leaf, default: []].append(page)
    for index in 0..<((number(at: start + 12, bytes: 2) - 16) / 2) {
      let node = start + number(at: start + 16 + 2 * index, bytes: 2)
      let (low, high) = (number(at: node, bytes: 2), number(at: node + 2, bytes: 2))
      let flags = number(at: node + 4, bytes: 2)
      let data = node + 8 + number(at: node + 6, bytes: 2)
      if isBranch {
        walk(root: low | high << 16 | flags << 32)
      } else if flags & 1 != 0 {
        let first = number(at: data, bytes: 8)
        pages[.overflow, default: []] += first..<(first + number(at: first * 4096 + 12, bytes: 4))
      } else if flags & 2 != 0 {
        walk(root: number(at: data + 40, bytes: 8))
      }
    }
  }

  private func number(at place: Int, bytes: Int) -> Int {
    (0..<bytes).reversed().reduce(0) { $0 << 8 | Int(file[place + $1]) }
  }
}
