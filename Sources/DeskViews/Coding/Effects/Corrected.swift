import Desk

extension CaseState.Reassignment: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(from)
    row.put(at)
  }

  init(from row: inout RowReader) throws(RowError) {
    self.init(from: try row.optionalString(), at: try row.time())
  }
}
