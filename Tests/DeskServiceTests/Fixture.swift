import Desk
import DeskRecords
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

extension Fixture {
  static let lan = Actor(uid: 1000, account: "lan", role: .clerk)
  static let minh = Actor(uid: 1001, account: "minh", role: .supervisor)

  static let importOffice = ImportOffice(
    offset: offset, now: time("2026-11-18T09:00"), prefixes: ["H56.26.07", "H56.99"])

  /// The book of the office, in which correcting a record takes so long, and which knows one cause of an apology.
  static func book(
    _ term: Term = .workingDays(3), name: String = "Cải chính", prefix: String = "H56.26.07", cause: String = "late"
  ) -> RuleBook {
    book(
      prefix: prefix, procedures: [procedure("cai-chinh", term, name: Text(vi: name, en: name))],
      causes: [.init(id: cause, name: late.name, answersForDate: true)])
  }
}

/// A directory of the test's own, gone with the test, and the service in it.
final class Desktop {
  private let folder = Folder(notMadeYet: ())
  var path: String { folder.path }

  /// Opens the service as a demo of that day, or on the machine's clock.
  func open(
    at now: String? = "2026-11-18T09:00", book: RuleBook = Fixture.book(),
    settings: DeskService.Settings = .init(), apart: Apart? = nil, beginsAnew: Bool = false,
    coding: RecordCoding = .current
  ) throws -> DeskService {
    try DeskService(
      directory: path, book: book, actor: Actor(uid: 0, account: "motcua", role: .operatorRole),
      clock: now.map { DeskClock(demoFrom: Fixture.time($0)) } ?? DeskClock(), settings: settings,
      apart: apart, beginsAnew: beginsAnew, coding: coding
    ) { _ in }
  }

  /// The data directory as its programs know it, without the desk.
  func store() throws -> EventStore {
    try EventStore(path, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: true, now: 0)
  }

  /// Opens the service, lends it, and stops it in order.
  @discardableResult
  func during<R>(
    at now: String? = "2026-11-18T09:00", book: RuleBook = Fixture.book(), _ body: (DeskService) async throws -> R
  ) async throws -> R {
    let service = try open(at: now, book: book)
    let result = try await body(service)
    try service.stop()
    return result
  }
}

extension CommandRequest {
  /// A command with an id of its own; its canonical text is what it says.
  init(
    _ target: Target, _ action: CaseCommand.Action, by actor: Actor = Fixture.lan, id: [UInt8]? = nil,
    expected: ExpectedVersion = .any
  ) {
    let command = CaseCommand(action, expected: expected)
    self.init(
      target, command, actor: actor, id: id ?? CommandID.make(milliseconds: 0),
      canonicalText: Array("\(target) \(command)".utf8))
  }

  static func receive(_ name: String, by actor: Actor = Fixture.lan, id: [UInt8]? = nil) -> CommandRequest {
    CommandRequest(
      .newCase, .receive(Receive(.procedure, procedure: "cai-chinh", applicant: name)), by: actor, id: id)
  }

  static func importing(_ code: String, id: [UInt8]? = nil) -> CommandRequest {
    let at = Fixture.time("2026-11-16T09:00")
    return CommandRequest(
      .newCase,
      .importHistory(
        ImportHistory(
          code: code, channel: .other, subject: nil, applicant: nil, responsible: nil, receivedAt: at,
          due: at.adding(seconds: 86_400), endedAt: nil, steps: [])), id: id)
  }
}

extension DeskService {
  /// Records a command, and waits for the views, as every question over the wire does.
  @discardableResult
  func accept(_ request: CommandRequest) async throws -> Accepted {
    let accepted = try await record(request).get()
    try await caughtUp()
    return accepted
  }

  /// Why it is refused; nil when it is accepted, and in the views.
  func rejection(_ request: CommandRequest) async -> Rejection? {
    if case .failure(.rejected(let rejection)) = await record(request) { return rejection }
    do { try await caughtUp() } catch { Issue.record("the views do not catch up: \(error)") }
    return nil
  }

  /// The rejection that looking for this code meets; nil when there is one such case.
  func rejectionOfFinding(_ code: String) throws -> Rejection? {
    do {
      _ = try find(code)
      return nil
    } catch let rejection as Rejection {
      return rejection
    }
  }

  func allEvents() throws -> [LedgerEvent] { try events(from: .start, limit: .max) }

  /// Every row of the projections.
  func rows() throws -> [String] {
    let transaction = try store.views.environment.beginRead()
    var rows: [String] = []
    try views.rows(transaction) { rows.append("\($0) \($1) \($2)") }
    return rows
  }
}

extension Accepted {
  var code: String { state.reception?.facts.code ?? "" }
}

extension Keys {
  /// A backup, written and read again.
  func backedUp() throws -> KeysBackup {
    var bytes: [UInt8] = []
    try backup(partBytes: 1 << 20) { bytes += $0 }
    return try KeysBackup(bytes)
  }
}
