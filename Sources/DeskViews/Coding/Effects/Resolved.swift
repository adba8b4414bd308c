import Desk

extension CaseState.Resolution: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(facts.outcome?.rawValue ?? 0)
    row.put(facts.reason)
    row.put(facts.documentNumber)
    row.put(facts.signedBy)
    row.put(facts.closes)
    row.put(at)
    row.put(day.number)
  }

  init(from row: inout RowReader) throws(RowError) {
    let outcome: UInt8 = try row.number()
    let facts = Resolved(
      outcome: Outcome(rawValue: outcome), reason: try row.optionalString(), documentNumber: try row.optionalString(),
      signedBy: try row.optionalString(), closes: try row.bool())
    guard facts.outcome != nil || outcome == 0 else { throw RowError() }
    self.init(facts: facts, at: try row.time(), day: CalendarDay(number: try row.number()))
  }
}
