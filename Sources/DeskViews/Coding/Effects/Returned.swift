import Desk

extension CaseState.Handover: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(to)
    row.put(at)
  }

  init(from row: inout RowReader) throws(RowError) {
    self.init(to: try row.optionalString(), at: try row.time())
  }
}
