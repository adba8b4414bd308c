import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import MerkleTree
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import Varlink

@testable import DeskRecords
@testable import RecordPeer

/// An older form of records, made up for these tests: the applicant stood in another field, accounts and rules bore a
/// prefix.
enum FormZero {
  /// Turns a record of today's form into one of form 0, sealed again with its key.
  static func record(_ bytes: [UInt8], _ keys: Keys) throws -> [UInt8] {
    var record = try Vn_Motcua_Records_Record(serializedBytes: bytes)
    record.schema = 0
    record.account = "0:" + record.account
    if case .rulesAdopted(var adopted) = record.body {
      adopted.text = "0:" + adopted.text
      record.rulesAdopted = adopted
    }
    if record.keySlot != 0 {
      let number = try RecordBytes(bytes).kind?.recordNumber ?? 0
      let part = SealedPart(slot: record.keySlot, number: number)
      let opened = try keys.open([UInt8](record.sealed), slot: part.slot, additionalData: part.additionalData)
      guard case .plain(let plain) = opened else { throw RecordError.sealBroken(slot: part.slot) }
      var personal = try Vn_Motcua_Records_Personal(serializedBytes: plain)
      if personal.hasApplicant {
        personal.signatory = personal.applicant
        personal.clearApplicant()
      }
      let sealed = try keys.seal(
        try personal.serializedBytes(), slot: part.slot, additionalData: part.additionalData)
      record.sealed = Data(sealed)
    }
    return try record.serializedBytes()
  }

  /// Reads form 0, until it is told not to know it any more.
  final class Reader: Sendable {
    private let isOn = Mutex(true)

    func forget() { isOn.withLock { $0 = false } }

    var coding: RecordCoding {
      var coding = RecordCoding()
      coding.upcasters[0] = { [self] bytes, sealed in
        guard isOn.withLock({ $0 }) else { throw RecordError.malformed("schema 0") }
        var record = try Vn_Motcua_Records_Record(serializedBytes: bytes)
        var personal = try Vn_Motcua_Records_Personal(serializedBytes: sealed)
        record.account = String(record.account.dropFirst(2))
        if case .rulesAdopted(var adopted) = record.body {
          adopted.text = String(adopted.text.dropFirst(2))
          record.rulesAdopted = adopted
        }
        if case .received = record.body, personal.hasSignatory {
          personal.applicant = personal.signatory
          personal.clearSignatory()
        }
        bytes = try record.serializedBytes()
        sealed = try personal.serializedBytes()
      }
      return coding
    }
  }
}

@Suite("Records of an older form, wherever they are read")
struct UpcastTests {
  private static let now = "2026-11-18T09:00"
  private static let repeatedID = CommandID.make(milliseconds: 7)

  /// The same history twice: in today's form, and in form 0.
  private struct Desks {
    let today = Desktop()
    let older = Desktop()
    /// The records of form 0, as they were put into the ledger.
    private(set) var records: [[UInt8]] = []

    init() async throws {
      try await today.during { service async throws in
        let first = try await service.accept(.receive("Nguyễn Thị Hoa", id: repeatedID))
        _ = try await service.accept(
          CommandRequest(.existing(first.code), .progress(Progress(step: "Thẩm định"))))
        _ = try await service.accept(.receive("Trần Văn Nam", by: Fixture.minh))
      }
      try { _ = try older.store() }()
      for name in ["master", "slots"] {
        try FileManager.default.removeItem(atPath: older.path + "/keys/" + name)
        try FileManager.default.copyItem(
          atPath: today.path + "/keys/" + name, toPath: older.path + "/keys/" + name)
      }
      records = try Self.copy(from: today.store(), to: older.store())
      // What the store has indexed while it was filled lacks the desk's own views.
      try FileManager.default.removeItem(atPath: older.path + "/STATE")
    }

    private static func copy(from source: EventStore, to target: EventStore) throws -> [[UInt8]] {
      var batch = try target.beginBatch()
      var records: [[UInt8]] = []
      for entry in try source.ledger.records(from: .start, limit: .max) {
        let stored = try RecordCoding.current.decode(entry.record) { _, _ in nil }
        let record = try FormZero.record(entry.record, target.keys)
        records.append(record)
        _ = try batch.append(
          record,
          .init(
            stream: stored.stream, version: stored.version, uid: stored.circumstances.actor.uid,
            commandID: stored.command.id, digest: stored.command.digest))
      }
      try batch.commit(.atOnce) { _ throws(LMDBError) in }
      return records
    }

    /// Lends both services, open at once.
    func compare(_ body: (_ today: DeskService, _ older: DeskService) async throws -> Void) async throws {
      let first = try today.open(at: now)
      let second = try older.open(at: now, coding: FormZero.Reader().coding)
      try await body(first, second)
      try second.stop()
      try first.stop()
    }
  }

  @Test("a start replays them into the same views: show, list, search and tally are those of today's form")
  func replay() async throws {
    try await Desks().compare { today, older async throws in
      #expect(try older.deskRows() == today.deskRows() && !older.deskRows().isEmpty)
      #expect(try older.find("1").state == today.find("1").state)
      #expect(try older.find("1").state.reception?.facts.applicant == "Nguyễn Thị Hoa")
      #expect(try older.search("nguyen hoa") == [1] && older.list(clerk: "minh") == [2])
      #expect(try older.tally(at: older.now) == today.tally(at: today.now))
    }
  }

  @Test("history, the events that are watched and listed, and explanations tell them in today's form")
  func told() async throws {
    try await Desks().compare { today, older async throws in
      let case1 = try older.find("1")
      #expect(
        try older.history(of: case1, from: Version(1), limit: 10).map { "\($0)" }
          == today.history(of: today.find("1"), from: Version(1), limit: 10).map { "\($0)" })
      #expect(try older.allEvents().map { "\($0)" } == today.allEvents().map { "\($0)" })
      #expect(try older.allEvents().count == 4)
      #expect(try "\(older.explain("1"))" == "\(today.explain("1"))")
    }
  }

  @Test("what stood then is folded from them as from today's form")
  func past() async throws {
    try await Desks().compare { today, older async throws in
      let asOf = AsOf(today.now)
      var (pages, same) = (try older.list(CaseFilter(), asOf: asOf), try today.list(CaseFilter(), asOf: asOf))
      let rows = try pages.next(in: older)
      #expect(try rows == same.next(in: today))
      #expect(rows?.count == 2 && rows?.contains { $0.state.reception?.facts.applicant == "Nguyễn Thị Hoa" } == true)
      #expect(try older.tally(asOf: asOf) == today.tally(asOf: asOf))
    }
  }

  @Test("the rules of the office's stream are read at the start, and not adopted again")
  func rules() async throws {
    let desks = try await Desks()
    try await desks.compare { _, older async throws in
      #expect(older.book == Fixture.book() && older.signal.position == Position(4))
      #expect(try older.book(of: older.find("1").state) == Fixture.book())
    }
  }

  @Test("a correction finds the event that it voids")
  func voidTarget() async throws {
    try await Desks().compare { _, older async throws in
      let accepted = try await older.accept(Self.voiding)
      #expect(accepted.state.steps.isEmpty)
    }
  }

  @Test("a command that comes again gets the answer that it got")
  func repeated() async throws {
    try await Desks().compare { today, older async throws in
      let again = try await older.accept(.receive("Nguyễn Thị Hoa", id: Self.repeatedID))
      let same = try await today.accept(.receive("Nguyễn Thị Hoa", id: Self.repeatedID))
      #expect(again.isRepeated && "\(again)" == "\(same)")
    }
  }

  @Test("a rebuild while the desk works makes the same views")
  func rebuild() async throws {
    try await Desks().compare { today, older async throws in
      try older.rebuild()
      #expect(try older.deskRows() == today.deskRows() && older.store.views.number > 1)
    }
  }

  @Test("a readable export tells them in today's form; a verbatim one leaves every byte as it was")
  func exports() async throws {
    let desks = try await Desks()
    try await desks.compare { today, older async throws in
      #expect(try older.readableLines() == today.readableLines())
      #expect(try older.readableLines().contains { $0.contains("Nguyễn Thị Hoa") })
      #expect(try older.exportedRecords() == desks.records)
    }
  }

  @Test("an import reads them, and keeps every byte")
  func imports() async throws {
    let desks = try await Desks()
    try await desks.compare { _, older async throws in
      let target = Desktop()
      let service = try target.open(at: Self.now, coding: FormZero.Reader().coding)
      let spool = try SpoolFile(in: target.path + "/spool")
      try older.export { lines, _, _ in try spool.append(lines.flatMap { Array($0.utf8) + [0x0A] }) }
      let ledger = try service.importLedger(spool, keys: try older.store.keys.backedUp())
      #expect(try ledger.root.base64 == older.store.ledger.rootText() && ledger.closed == 0)
      #expect(try service.exportedRecords() == desks.records)
      #expect(try service.find("1").state.reception?.facts.applicant == "Nguyễn Thị Hoa")
      try service.stop()
    }
  }

  @Test("without the upcaster each of these fails with what schema it met, and none reads nonsense")
  func unknownForm() async throws {
    let desks = try await Desks()
    let spool = try await failEverywhere(desks.older)
    let unknown = RecordError.malformed("schema 0")
    // Believed views need no replay: it is the office's stream that stops the start then.
    #expect(throws: unknown) { try desks.older.open(at: Self.now) }
    try FileManager.default.removeItem(atPath: desks.older.path + "/STATE")
    #expect(throws: unknown) { try desks.older.open(at: Self.now) }
    let fresh = Desktop()
    try await fresh.during { service async throws in
      #expect {
        try service.importLedger(spool, keys: nil)
      } throws: {
        ($0 as? ExportError)?.line == 2 && ($0 as? ExportError)?.reason.en.contains("schema 0") == true
      }
      #expect(service.signal.position == Position(1))
    }
  }

  /// - Returns: an export that was made while the form was known.
  private func failEverywhere(_ desktop: Desktop) async throws -> SpoolFile {
    let reader = FormZero.Reader()
    let older = try desktop.open(at: Self.now, coding: reader.coding)
    let case1 = try older.find("1")
    let spool = try SpoolFile(in: desktop.path + "/spool")
    try older.export { lines, _, _ in try spool.append(lines.flatMap { Array($0.utf8) + [0x0A] }) }
    reader.forget()
    let unknown = RecordError.malformed("schema 0")
    #expect(throws: unknown) { try older.history(of: case1, from: Version(1), limit: 10) }
    #expect(throws: unknown) { try older.allEvents() }
    #expect(throws: unknown) { try older.list(CaseFilter(), asOf: AsOf(older.now)) }
    #expect(throws: unknown) { try older.tally(asOf: AsOf(older.now)) }
    #expect(throws: unknown) { try older.rebuild() }
    #expect(throws: unknown) { try older.readableLines() }
    #expect(throws: unknown) { try older.exportedRecords() }
    for request in [Self.voiding, .receive("Nguyễn Thị Hoa", id: Self.repeatedID)] {
      guard case .failure(.unreadable) = await older.record(request) else {
        Issue.record("accepted without reading: \(request)")
        continue
      }
    }
    try older.stop()
    return spool
  }

  private static let voiding = CommandRequest(
    .existing("1"), .correct(Correct(changes: .init(), voids: Version(2), reason: "nhầm hồ sơ")))
}

extension DeskService {
  /// The rows of the desk's own views; those of the store tell hashes, which differ with the form.
  fileprivate func deskRows() throws -> [String] {
    try rows().filter { row in !["meta", "tree"].contains { row.hasPrefix($0 + " ") } }
  }

  fileprivate func search(_ text: String) throws -> [UInt64] {
    var pages = DeskViews.search(text)
    return try pages.next(limit: 10, in: try views)?.map(\.number) ?? []
  }

  fileprivate func list(clerk: String) throws -> [UInt64] {
    var filter = CaseFilter()
    filter.clerk = clerk
    var pages = DeskViews.list(filter, now: now)
    return try pages.next(limit: 10, in: try views)?.map(\.number) ?? []
  }

  /// The events of a readable export, without the ledger's own name.
  fileprivate func readableLines() throws -> [String] {
    var all: [String] = []
    try exportReadable(json: { "\($0)".json }) { lines, _, _ in all += lines }
    return all.dropFirst().dropLast().map { line in
      line.replacingOccurrences(of: ExportLine.source(ledger: store.ledger.id), with: "")
    }
  }

  fileprivate func exportedRecords() throws -> [[UInt8]] {
    var all: [String] = []
    try export { lines, _, _ in all += lines }
    return try all.dropFirst().dropLast().map { line in
      let start = try #require(line.firstRange(of: #""data_base64":""#)).upperBound
      return try #require(Base64.decode(String(line[start...].dropLast(2))))
    }
  }
}
