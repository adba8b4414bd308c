import EventSourcing

/// A view whose rows are a function of one case.
protocol CaseView: Projection where State == CaseRow, Row == ViewRow {
  /// Adds the rows of a case, in any order; none when it contributes nothing.
  static func add(_ row: CaseRow, to rows: inout RowBuffer)
}

extension CaseView {
  static func rows(of row: CaseRow) -> [ViewRow] {
    var rows = RowBuffer()
    add(row, to: &rows)
    return rows.copies
  }
}
