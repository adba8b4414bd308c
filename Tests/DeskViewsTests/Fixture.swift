import Desk
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport

extension Fixture {
  static let book = book(procedures: [procedure("cai-chinh", .workingDays(3)), procedure("khai-sinh", .atOnce)])

  static let apology = Apology(cause: "late", text: "Xin lỗi bà vì đã trễ hẹn.")
}

/// A desk that writes its views and nothing else, in a directory of its own that goes with it.
final class Register {
  private let folder = Folder(notMadeYet: ())
  let store: EventStore
  let views: DeskViews
  /// All events in the order in which they were applied, and the states that they add up to.
  private(set) var events: [(number: UInt64, event: CaseEvent)] = []
  private(set) var states: [UInt64: CaseState] = [:]

  init() throws {
    store = try EventStore(
      folder.path, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: false, now: 0)
    views = try DeskViews(store.views)
  }

  /// Decides and applies; a new case when there is no number.
  @discardableResult
  func record(
    _ action: CaseCommand.Action, _ number: UInt64? = nil, at now: Timestamp, by account: String = "lan",
    role: Role? = nil, occurred: DateExpression? = nil
  ) throws -> UInt64 {
    let target = number ?? UInt64(states.count + 1)
    let state = states[target] ?? CaseState()
    var voidTarget: CaseEvent?
    if case .correct(let correct) = action, let version = correct.voids {
      let history = events.filter { $0.number == target }.map(\.event)
      if (1...UInt32(history.count)).contains(version.rawValue) { voidTarget = history[Int(version.rawValue) - 1] }
    }
    let day = (occurred?.instant(now: now, office: Fixture.book.office, calendar: Fixture.book.calendar) ?? now)
      .day(at: Fixture.offset)
    let serial = try read { views, transaction in try views.nextSerial(on: day, transaction) }
    let context = CaseDecider.Context(
      now: now, actor: Actor(uid: 1000, account: account, role: role), book: Fixture.book, rules: Position(1),
      caseBook: Fixture.book,
      newCode: CaseCode.code(prefix: Fixture.book.office.codePrefix, day: day, serial: serial), voidTarget: voidTarget)
    let command = CaseCommand(action, occurredAt: occurred, reason: occurred == nil ? nil : "ghi bù")
    try apply(try CaseDecider(context).decide(command, state), to: target)
    return target
  }

  @discardableResult
  func receive(
    _ applicant: String, at now: String, procedure: String = "cai-chinh", by account: String = "lan",
    _ change: (inout Receive) -> Void = { _ in }
  ) throws -> UInt64 {
    var receive = Receive(.procedure, procedure: procedure, applicant: applicant)
    change(&receive)
    return try record(.receive(receive), at: Fixture.time(now), by: account)
  }

  func apply(_ events: [CaseEvent], to number: UInt64) throws {
    let transaction = try store.views.environment.beginWrite()
    for event in events {
      self.events.append((number, event))
      let before = try views.state(of: number, transaction)
      states[number] = try views.apply([event], to: number, from: before, transaction)
    }
    try transaction.commit()
  }

  /// Applies an event of the office.
  func apply(_ entry: OfficeEntry) throws {
    let transaction = try store.views.environment.beginWrite()
    try views.apply(entry, transaction)
    try transaction.commit()
  }

  /// Adopts the rules of the fixture, as the ledger's first event.
  func adopt() throws {
    let at = Fixture.time("2026-11-01T07:30")
    let circumstances = CaseEvent.Circumstances(
      recordedAt: at, occurredAt: at, offset: Fixture.offset, actor: Actor(uid: 0, account: "motcua"),
      rules: Position(1))
    try apply(OfficeEntry(.rulesAdopted(Fixture.book), circumstances, at: Position(1)))
  }

  /// Applies events as a start does that builds the views anew: each case is written once for all of its events.
  func applyBlock(_ block: some Sequence<(number: UInt64, event: CaseEvent)>) throws {
    let transaction = try store.views.environment.beginWrite()
    try views.apply(Array(block), transaction)
    try transaction.commit()
  }

  func read<R>(_ body: (DeskViews, borrowing ReadTransaction) throws -> R) throws -> R {
    let transaction = try store.views.environment.beginRead()
    return try body(views, transaction)
  }

  func code(_ number: UInt64) -> String { states[number]?.reception?.facts.code ?? "" }

  func tally(_ group: TallyGroup = .cases, at now: String) throws -> Columns {
    try read { views, transaction in
      try views.tally(now: Fixture.time(now), offset: Fixture.offset, transaction).all[group] ?? Columns()
    }
  }

  func list(at now: String, limit: Int = 100, _ change: (inout CaseFilter) -> Void = { _ in }) throws -> [UInt64] {
    var filter = CaseFilter()
    change(&filter)
    return try list(filter, Fixture.time(now), limit: limit)
  }

  func list(_ filter: CaseFilter, _ now: Timestamp, limit: Int) throws -> [UInt64] {
    var pages = DeskViews.list(filter, now: now)
    var numbers: [UInt64] = []
    while let page = try pages.next(limit: limit, in: views) { numbers += page.map(\.number) }
    return numbers
  }

  func search(_ text: String, limit: Int = 100) throws -> [UInt64] {
    var pages = DeskViews.search(text)
    var numbers: [UInt64] = []
    while let page = try pages.next(limit: limit, in: views) { numbers += page.map(\.number) }
    return numbers
  }

  func next(clerk: String? = nil, at now: Timestamp, limit: Int = 100) throws -> [(reason: DutyReason, number: UInt64)]
  {
    var pages = DeskViews.next(clerk: clerk, now: now, offset: Fixture.offset)
    var duties: [(DutyReason, UInt64)] = []
    while let page = try pages.next(limit: limit, in: views) { duties += page.map { ($0.reason, $0.row.number) } }
    return duties
  }

  /// Every row of every table.
  func rows() throws -> [String] {
    try read { views, transaction in
      var rows: [String] = []
      try views.rows(transaction) { rows.append("\($0) \($1) \($2)") }
      return rows
    }
  }
}
