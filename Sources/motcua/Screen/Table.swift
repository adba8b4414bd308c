/// A table for people: a header, aligned columns, no borders.
struct Table {
  private let header: [String]
  private let rightAligned: Set<Int>
  private var rows: [[String]] = []

  init(_ header: [String], rightAligned: Set<Int> = []) {
    self.header = header
    self.rightAligned = rightAligned
  }

  var isEmpty: Bool { rows.isEmpty }

  mutating func add(_ cells: [String]) { rows.append(cells.map(Terminal.safe)) }

  /// The lines, the header first, each cut to `columns` when the output is a terminal.
  func lines(columns: Int?) -> [String] {
    let all = [header] + rows
    let widths = header.indices.map { index in
      all.map { index < $0.count ? Terminal.width($0[index]) : 0 }.max() ?? 0
    }
    return all.map { cells in
      var line = ""
      for (index, cell) in cells.enumerated() {
        let gap = String(repeating: " ", count: max(0, widths[index] - Terminal.width(cell)))
        line += rightAligned.contains(index) ? gap + cell : cell + gap
        if index < cells.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return columns.map { Terminal.cut(line, to: $0) } ?? line
    }
  }

  func print(to output: Output) throws {
    for line in lines(columns: output.columns) { try output.line(line) }
  }
}
