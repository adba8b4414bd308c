import Desk
import EventSourcing

/// What an event has left in its case's state, as it is written in the row. The numbers are of this schema version only.
extension StateCoding {
  static func put(_ effect: CaseState.Effect, _ row: inout RowWriter) {
    switch effect {
    case .consulted: row.put(1)
    case .progressed: row.put(2)
    case .apologised(let apology):
      row.put(3)
      row.put(apology.cause)
      row.put(apology.at)
      row.put(apology.settles) { $0.put($1) }
      row.put(apology.newDue) { $0.put($1) }
    case .resolved(let resolution):
      row.put(4)
      row.put(resolution.facts.outcome?.rawValue ?? 0)
      row.put(resolution.facts.reason)
      row.put(resolution.facts.documentNumber)
      row.put(resolution.facts.signedBy)
      row.put(resolution.facts.closes)
      row.put(resolution.at)
      row.put(resolution.day.number)
    case .returned(let handover):
      row.put(5)
      row.put(handover.to)
      row.put(handover.at)
    case .withdrawn(let withdrawal):
      row.put(6)
      row.put(withdrawal.at)
      row.put(withdrawal.day.number)
    case .notified(let notification):
      row.put(7)
      row.put(notification.of.rawValue)
      row.put(notification.at)
      row.put(notification.settles)
    }
  }

  static func effect(_ row: inout RowReader) throws(RowError) -> CaseState.Effect {
    let number: UInt8 = try row.number()
    switch number {
    case 1: return .consulted
    case 2: return .progressed
    case 3:
      return .apologised(
        CaseState.Apology(
          cause: try row.string(), at: try row.time(),
          settles: try row.optional { (row) throws(RowError) in try row.time() },
          newDue: try row.optional { (row) throws(RowError) in try row.time() }))
    case 4:
      let outcome: UInt8 = try row.number()
      let facts = Resolved(
        outcome: Outcome(rawValue: outcome), reason: try row.optionalString(),
        documentNumber: try row.optionalString(), signedBy: try row.optionalString(), closes: try row.bool())
      guard facts.outcome != nil || outcome == 0 else { throw RowError() }
      return .resolved(
        CaseState.Resolution(facts: facts, at: try row.time(), day: CalendarDay(number: try row.number())))
    case 5: return .returned(CaseState.Handover(to: try row.optionalString(), at: try row.time()))
    case 6:
      return .withdrawn(CaseState.Withdrawal(at: try row.time(), day: CalendarDay(number: try row.number())))
    case 7:
      return .notified(
        CaseState.Notification(of: Version(try row.number()), at: try row.time(), settles: try row.bool()))
    default: throw RowError()
    }
  }
}
