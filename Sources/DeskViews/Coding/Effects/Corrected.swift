import Desk

extension CaseState.Reassignment: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(from)
    row.put(at)
    // As a rule 0, in one byte.
    row.put(recordedAt.microseconds - at.microseconds)
  }

  init(from row: inout RowReader) throws(RowError) {
    let (from, at): (String?, Timestamp) = (try row.optionalString(), try row.time())
    let ahead: Int64 = try row.number()
    self.init(from: from, at: at, recordedAt: Timestamp(microseconds: at.microseconds &+ ahead))
  }
}
