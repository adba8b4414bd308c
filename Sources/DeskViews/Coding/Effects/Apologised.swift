import Desk

extension CaseState.Apology: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(cause)
    row.put(at)
    row.put(settles) { $0.put($1) }
    row.put(newDue) { $0.put($1) }
  }

  init(from row: inout RowReader) throws(RowError) {
    self.init(
      cause: try row.string(), at: try row.time(),
      settles: try row.optional { (row) throws(RowError) in try row.time() },
      newDue: try row.optional { (row) throws(RowError) in try row.time() })
  }
}
