public import Desk
import DeskRecords
public import DeskViews
public import EventSourcing
import EventStore
import LMDB

/// An event as it is told: with its place and the code of its case.
public struct LedgerEvent: Sendable {
  public var position: Position
  /// Nil for the office's own events.
  public var code: String?
  public var number: UInt64
  public var version: Version
  public var commandID: [UInt8]
  public var circumstances: CaseEvent.Circumstances
  /// Told without what it seals, because the key is gone or not here.
  public var isClosed: Bool
  public var body: EventBody

  public var kind: EventKind { body.kind }
}

/// A due date with everything that explains it.
public struct Explanation: Sendable {
  public var row: CaseRow
  public var calculation: DueDate
  public var book: RuleBook
}

extension DeskService {
  /// The case that a code means.
  public func find(_ typed: String) throws -> CaseRow {
    let views = try views
    let transaction = try views.store.environment.beginRead()
    let lookup = CaseLookup(rules: rules) {
      try views.number(ofCode: $0, transaction)
    } state: {
      try views.state(of: $0, transaction)
    }
    let number = try lookup.number(ofTyped: typed, now: now)
    return CaseRow(number: number, state: try views.state(of: number, transaction))
  }

  /// The rules that a case was received under.
  public func book(of state: CaseState) throws -> RuleBook? {
    try state.reception.map { try rules.adopted(at: $0.rules) }
  }

  /// The procedure that a case was received under, in that version.
  public func procedure(of state: CaseState) throws -> Procedure? {
    guard let facts = state.reception?.facts, let id = facts.procedure, let effective = facts.procedureEffective else {
      return nil
    }
    return try book(of: state)?.procedure(id: id, effective: effective)
  }

  /// What that procedure is called; it is asked for each case of a list, and the catalogue is not copied for it.
  public func procedureName(of state: CaseState) throws -> Text? {
    guard case .some(let reception) = state.reception, let id = reception.facts.procedure,
      let effective = reception.facts.procedureEffective
    else { return nil }
    return try rules.procedureName(id, effective: effective, adoptedAt: reception.rules)
  }

  /// The events of a case from a version on: at most `limit`, and no more than `bytesMax` bytes of records but where one alone
  /// has more.
  public func history(
    of row: CaseRow, from version: Version, limit: Int, bytesMax: Int = .max
  ) throws -> [LedgerEvent] {
    let views = store.views
    let positions = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(of: row.number, from: version, limit: limit, transaction)
    }
    var (events, bytes): ([LedgerEvent], Int) = ([], 0)
    events.reserveCapacity(positions.count)
    let ledger = try store.ledger.snapshot()
    for position in positions {
      guard let record = try ledger.record(at: position) else {
        throw StoreError.ledgerDamaged(at: position, reason: "an event of stream \(row.number) is missing")
      }
      bytes += record.count
      if bytes > bytesMax, !events.isEmpty { break }
      events.append(try told(record, at: position, code: row.state.reception?.facts.code))
    }
    return events
  }

  /// The events from a position on, of those that the views have: at most `limit`, and no more than `bytesMax` bytes of records but
  /// where one alone has more.
  ///
  /// - Throws: `StoreError.ledgerDamaged` for one of them that is not there: who waits for it would ask for ever.
  public func events(from position: Position, limit: Int, bytesMax: Int = .max) throws -> [LedgerEvent] {
    let committed = applied
    let records = try store.ledger.records(from: position, limit: limit, bytesMax: bytesMax)
      .prefix { $0.position <= committed }
    var expected = max(position, Position.start.next)
    for entry in records {
      guard entry.position == expected else { throw StoreError.ledgerDamaged(at: expected, reason: "it is missing") }
      expected = expected.next
    }
    if records.isEmpty, expected <= committed {
      throw StoreError.ledgerDamaged(at: expected, reason: "it is missing")
    }
    let views = try views
    let transaction = try views.store.environment.beginRead()
    return try records.map { entry in
      var event = try told(entry.record, at: entry.position, code: nil)
      if event.number > 0 { event.code = try views.state(of: event.number, transaction).reception?.facts.code }
      return event
    }
  }

  private func told(_ record: [UInt8], at position: Position, code: String?) throws -> LedgerEvent {
    let stored = try store.decode(record, by: coding)
    let body: EventBody =
      switch stored.body {
      case .desk(let event): .desk(event.body)
      case .office(let event, _): .office(event)
      }
    return LedgerEvent(
      position: position, code: code, number: stored.stream, version: stored.version, commandID: stored.command.id,
      circumstances: stored.circumstances, isClosed: stored.isClosed, body: body)
  }

  /// The due date counted again under the rules that the ledger says were in force. An imported date has nothing to
  /// count.
  public func explain(_ typed: String) throws -> Explanation {
    let row = try find(typed)
    guard let reception = row.state.reception, let book = try book(of: row.state) else {
      throw Rejection.unknownCase(code: typed)
    }
    let calculation = DueDate(term: reception.facts.term, receivedAt: reception.at, book: book)
    return Explanation(row: row, calculation: calculation, book: book)
  }

  /// Whether a command of this caller and id was recorded.
  public func isRecorded(_ id: [UInt8], by uid: UInt32) throws -> Bool {
    let views = store.views
    return try views.environment.read { transaction throws(LMDBError) in
      try views.accepted(uid: uid, commandID: id, transaction) != nil
    }
  }

  public func tally(at now: Timestamp) throws -> Tally {
    let (views, offset) = (try views, book?.office.utcOffset ?? .utc)
    return try views.store.environment.read { transaction throws(LMDBError) in
      try views.tally(now: now, offset: offset, transaction)
    }
  }

  /// The open case whose latest appointment comes before those of all others; nil when none is open.
  public func oldestOpen() throws -> CaseRow? {
    var filter = CaseFilter()
    filter.open = true
    var pages = DeskViews.list(filter, now: now)
    return try pages.next(limit: 1, in: views)?.first
  }

  public func caseCount() throws -> Int {
    let views = try views
    return try views.store.environment.read { transaction throws(LMDBError) in try views.caseCount(transaction) }
  }

  /// How many cases are recorded, those included that the views do not have yet: it asks the ledger for what they lack.
  public func recordedCaseCount() throws -> Int {
    // Before the views, which another ledger is replaced with; while it is brought in, it is not what is recorded.
    let end = signal.position
    let views = try views
    var (count, reached) = try views.store.environment.read { transaction throws(LMDBError) in
      (try views.caseCount(transaction), try views.store.position(transaction))
    }
    while reached < end {
      let left = Int(clamping: end.rawValue - reached.rawValue)
      let block = try store.ledger.records(from: reached.next, limit: left, bytesMax: 1 << 20)
      guard let last = block.last else { break }
      for entry in block {
        let event = try coding.decode(entry.record) { _, _ in nil }
        if event.stream > 0, event.version == Version(1) { count += 1 }
      }
      reached = last.position
    }
    return count
  }

  public func viewsPosition() throws -> Position {
    let views = store.views
    return try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
  }
}
