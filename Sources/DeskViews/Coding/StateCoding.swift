import Desk
import EventSourcing

/// How a case's state is written in its row. The views are thrown away when the schema version changes, so there is one
/// way and no upcasting.
enum StateCoding {
  static func write(_ state: CaseState, to row: inout RowWriter) {
    row.put(state.version.rawValue)
    // By patterns: what is handed to a closure is copied first.
    if case .some(let reception) = state.reception {
      row.put(true)
      put(reception, &row)
    } else {
      row.put(false)
    }
    row.put(state.entries.count)
    for entry in state.entries {
      row.put(entry.version.rawValue)
      put(entry.effect, &row)
    }
    row.put(state.promised) { row, made in
      row.put(made.version.rawValue)
      row.put(made.at)
      row.put(made.promised.kind.rawValue)
      row.put(made.promised.due) { $0.put($1) }
      row.put(made.promised.to)
    }
    row.put(state.erasure) { row, erasure in
      row.put(erasure.at)
      row.put(erasure.recordedAt)
      row.put(erasure.basis)
    }
    // At the end, and only where a case begins otherwise.
    if case .some(let reception) = state.reception, reception.version != Self.first {
      row.put(reception.version.rawValue)
    }
  }

  /// Which event a receipt is as a rule.
  private static let first = Version.none.next

  static func decode(_ row: inout RowReader) throws(RowError) -> CaseState {
    var state = CaseState()
    state.version = Version(try row.number())
    if try row.bool() { state.reception = try reception(&row) }
    state.entries = try row.array { (row) throws(RowError) in
      CaseState.Entry(Version(try row.number()), try effect(&row))
    }
    state.promised = try row.array { (row) throws(RowError) in
      let (version, at) = (Version(try row.number()), try row.time())
      guard let kind = Promised.Kind(rawValue: try row.number()) else { throw RowError() }
      let due = try row.optional { (row) throws(RowError) in try row.time() }
      return CaseState.MadePromise(version, at: at, Promised(kind, due: due, to: try row.optionalString()))
    }
    state.erasure = try row.optional { (row) throws(RowError) in
      CaseState.Erasure(at: try row.time(), recordedAt: try row.time(), basis: try row.string())
    }
    if !row.isAtEnd { state.reception?.version = Version(try row.number()) }
    return state
  }

  private static func reception(_ row: inout RowReader) throws(RowError) -> CaseState.Reception {
    let at = try row.time()
    guard let offset = UTCOffset(minutes: try row.number()) else { throw RowError() }
    let receiver = try row.string()
    var imported: CaseState.Import?
    if try row.bool() { imported = CaseState.Import(at: try row.time(), register: try row.optionalString()) }
    let rules = Position(try row.number())
    return CaseState.Reception(
      version: first, facts: try received(&row), at: at, offset: offset, receiver: receiver, imported: imported,
      rules: rules)
  }

  private static func put(_ reception: CaseState.Reception, _ row: inout RowWriter) {
    row.put(reception.at)
    row.put(reception.offset.minutes)
    row.put(reception.receiver)
    row.put(reception.imported) { row, imported in
      row.put(imported.at)
      row.put(imported.register)
    }
    row.put(reception.rules.rawValue)
    put(reception.facts, &row)
  }

  private static func put(_ facts: Received, _ row: inout RowWriter) {
    row.put(facts.code)
    row.put(facts.kind.rawValue)
    row.put(facts.procedure)
    row.put(facts.procedureEffective) { $0.put($1.number) }
    row.put(facts.applicant)
    row.put(facts.isOrganisation)
    row.put(facts.phone)
    row.put(facts.place)
    row.put(facts.subject)
    row.put(facts.channel.rawValue)
    row.put(facts.papers) { $0.put($1) }
    row.put(facts.handedInBy)
    row.put(facts.authority)
    row.put(facts.help)
    row.put(facts.urgent)
    row.put(facts.responsible)
    row.put(facts.term.text)
    row.put(facts.due)
    row.put(facts.isProvisional)
  }

  private static func received(_ row: inout RowReader) throws(RowError) -> Received {
    let code = try row.string()
    guard let kind = CaseKind(rawValue: try row.number()) else { throw RowError() }
    let procedure = try row.optionalString()
    let effective = try row.optional { (row) throws(RowError) in CalendarDay(number: try row.number()) }
    let (applicant, isOrganisation) = (try row.optionalString(), try row.bool())
    let (phone, place, subject) = (try row.optionalString(), try row.optionalString(), try row.optionalString())
    guard let channel = Channel(rawValue: try row.number()) else { throw RowError() }
    let papers = try row.array { (row) throws(RowError) in try row.string() }
    let (handedInBy, authority) = (try row.optionalString(), try row.optionalString())
    let (help, urgent, responsible) = (
      try row.optionalString(), try row.optionalString(), try row.optionalString()
    )
    guard let term = Term(text: try row.string()) else { throw RowError() }
    return Received(
      code: code, kind: kind, procedure: procedure, procedureEffective: effective, applicant: applicant,
      isOrganisation: isOrganisation, phone: phone, place: place, subject: subject, channel: channel, papers: papers,
      handedInBy: handedInBy, authority: authority, help: help, urgent: urgent, responsible: responsible, term: term,
      due: try row.time(), isProvisional: try row.bool())
  }
}
