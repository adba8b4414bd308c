import MerkleTree
import Testing

@testable import motcua

@Suite("What the client adds up of an export")
struct ExportSumTests {
  private static let records: [[UInt8]] = [[1], [2, 2], [3, 3, 3]]
  private static let root = MerkleTree.root(of: records.map { MerkleTree.leafHash($0) }).base64

  private static func lines(size: Int = 3, root: String = root) -> [String] {
    [#"{"type":"vn.motcua.export.begin"}"#]
      + records.enumerated().map { index, record in
        #"{"type":"vn.motcua.received","id":"\#(index + 1)","data_base64":"\#(Base64.encode(record))"}"#
      } + [#"{"type":"vn.motcua.export.end","data":{"size":\#(size),"root":"\#(root)"}}"#]
  }

  private static func sum(_ lines: [String], isReadable: Bool = false) throws -> (events: Int, root: String) {
    var sum = ExportSum(isReadable: isReadable)
    for line in lines { try sum.take(line) }
    return try sum.finish()
  }

  @Test("a whole export gives the number of its events and the root that its records give")
  func whole() throws {
    #expect(try Self.sum(Self.lines()) == (3, Self.root))
  }

  @Test("another root, another size, no end, a missing record or a changed one is not kept")
  func mismatch() {
    var missing = Self.lines()
    missing.remove(at: 2)
    var changed = Self.lines()
    changed[2] = changed[2].replacing(Base64.encode([2, 2]), with: Base64.encode([2, 3]))
    let bad = [
      Self.lines(root: MerkleTree.emptyRoot.base64), Self.lines(size: 4), Array(Self.lines().dropLast()), missing,
      changed, Self.lines() + [Self.lines()[1]], ["nothing"],
    ]
    for lines in bad { #expect(throws: ExportSum.Mismatch.self) { try Self.sum(lines) } }
  }

  @Test("readable lines have no records: their number is compared, the root is told")
  func readable() throws {
    let lines = Self.lines().map { $0.replacing(#""data_base64":"#, with: #""data":"#) }
    #expect(try Self.sum(lines, isReadable: true) == (3, Self.root))
    #expect(throws: ExportSum.Mismatch.self) { try Self.sum(lines.dropLast(2) + [lines[4]], isReadable: true) }
  }
}
