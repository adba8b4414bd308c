/// A table for people: a header, aligned columns, no borders.
struct Table {
  private let header: [String]
  private let rightAligned: Set<Int>
  private var rows: [Row] = []

  private enum Row {
    case cells([String])
    /// About the row before it, across all columns.
    case note(String)
  }

  init(_ header: [String], rightAligned: Set<Int> = []) {
    self.header = header
    self.rightAligned = rightAligned
  }

  var isEmpty: Bool { rows.isEmpty }

  mutating func add(_ cells: [String]) { rows.append(.cells(cells.map(Terminal.safe))) }

  /// Says more of the row before, in a line of its own.
  mutating func add(note: String) { rows.append(.note("  " + Terminal.safe(note))) }

  /// The lines, the header first, each cut to `columns` when the output is a terminal.
  func lines(columns: Int?) -> [String] {
    let all = [.cells(header)] + rows
    let widths = header.indices.map { index in
      all.map { row in
        if case .cells(let cells) = row, index < cells.count { Terminal.width(cells[index]) } else { 0 }
      }.max() ?? 0
    }
    return all.map { row in
      var line = ""
      switch row {
      case .note(let text): line = text
      case .cells(let cells): line = self.line(cells, widths)
      }
      return columns.map { Terminal.cut(line, to: $0) } ?? line
    }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let gap = String(repeating: " ", count: max(0, widths[index] - Terminal.width(cell)))
      line += rightAligned.contains(index) ? gap + cell : cell + gap
      if index < cells.count - 1 { line += "  " }
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  func print(to output: Output) throws {
    for line in lines(columns: output.columns) { try output.line(line) }
  }
}
