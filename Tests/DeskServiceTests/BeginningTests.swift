import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

@testable import DeskService

@Suite("A case that begins with another event than its receipt")
struct BeginningTests {
  private static let step = CaseEvent.Body.progressed(Progressed(step: "Gọi số"))
  private static let received = CaseEvent.Body.received(
    Received(
      code: "H56.26.07-261118-0001", kind: .procedure, procedure: "cai-chinh", applicant: "Nguyễn Thị Hoa",
      term: .workingDays(3), due: Fixture.time("2026-11-23T17:00")))

  /// A ledger in which the first case consists of these events.
  private static func ledger(of bodies: [CaseEvent.Body]) async throws -> Desktop {
    let desktop = Desktop()
    try await desktop.during { _ in }
    try write(bodies, to: desktop.store())
    // What the store has indexed while it was filled lacks the desk's own views.
    try FileManager.default.removeItem(atPath: desktop.path + "/STATE")
    return desktop
  }

  private static func write(_ bodies: [CaseEvent.Body], to store: EventStore) throws {
    try store.keys.prepare(upTo: 1)
    var batch = try store.beginBatch()
    let at = Fixture.time("2026-11-18T09:10")
    for (index, body) in bodies.enumerated() {
      let event = CaseEvent(
        body,
        .init(recordedAt: at, occurredAt: at, offset: Fixture.offset, actor: Fixture.lan, rules: Position(1)))
      let id = CommandID.make(milliseconds: Int64(index))
      let stored = StoredEvent(
        stream: 1, version: Version(UInt32(index) + 1), command: .init(id: id, digest: store.keys.officeDigest(id)),
        body: .desk(event))
      let record = try RecordCoding.encode(
        stored, slot: 1, keyCommitment: index == 0 ? try store.keys.commitment(1) : []
      ) { plain, part in try store.keys.seal(plain, slot: part.slot, additionalData: part.additionalData) }
      _ = try batch.append(record, stored.recordKey)
    }
    try batch.commit(.atOnce) { _ throws(LMDBError) in }
  }

  @Test("has its row from the first event on, and goes on after its receipt as any other")
  func goesOn() async throws {
    let desktop = try await Self.ledger(of: [Self.step, Self.received])
    try await desktop.during(at: "2026-11-18T09:30") { service async throws in
      let row = try service.find("1")
      #expect(row.state.version == Version(2) && row.state.reception?.version == Version(2))
      #expect(row.state.firstDate?.madeBy == Version(2) && row.state.steps.count == 1)
      let accepted = try await service.accept(CommandRequest(.existing("1"), .progress(Progress(step: "Thẩm định"))))
      #expect(accepted.version == Version(3) && accepted.state.reception?.version == Version(2))
    }
    let early = try await Self.ledger(of: [Self.step])
    try await early.during(at: "2026-11-18T09:30") { service async throws in
      #expect(try service.caseCount() == 1)
      let transaction = try service.views.store.environment.beginRead()
      #expect(try service.views.state(of: 1, transaction).version == Version(1))
    }
  }

  @Test("an import holds its key against what its first event says, as of any other case")
  func imported() async throws {
    let desktop = try await Self.ledger(of: [Self.step, Self.received])
    let stranger = Desktop()
    try await stranger.during { service async throws in try await service.accept(.receive("Lan")) }
    try await desktop.during(at: "2026-11-18T09:30") { service async throws in
      let foreign = try stranger.store().keys.backedUp()
      let target = Desktop()
      try await target.during(at: "2026-11-18T09:40") { other async throws in
        let spool = try SpoolFile(in: target.path + "/spool")
        try service.export { lines, _, _ in try spool.append(lines.flatMap { Array($0.utf8) + [0x0A] }) }
        #expect(throws: KeysOfAnotherLedger.self) { try other.importLedger(spool, keys: foreign) }
        let ledger = try other.importLedger(spool, keys: try service.store.keys.backedUp())
        #expect(ledger.closed == 0)
        #expect(try other.find("1").state.reception?.facts.applicant == "Nguyễn Thị Hoa")
      }
    }
  }

  /// Why the export of a ledger is not brought in.
  private static func refusal(of desktop: Desktop) async throws -> ExportError? {
    try await desktop.during(at: "2026-11-18T09:30") { service async throws -> ExportError? in
      let target = Desktop()
      return try await target.during(at: "2026-11-18T09:40") { other async throws -> ExportError? in
        let spool = try SpoolFile(in: target.path + "/spool")
        try service.export { lines, _, _ in try spool.append(lines.flatMap { Array($0.utf8) + [0x0A] }) }
        var refusal: ExportError?
        do { _ = try other.importLedger(spool, keys: nil) } catch let error as ExportError { refusal = error }
        #expect(try refusal == nil || other.caseCount() == 0)
        return refusal
      }
    }
  }

  @Test("an export in which a case is received twice is refused, with the line")
  func twice() async throws {
    let refusal = try await Self.refusal(of: Self.ledger(of: [Self.step, Self.received, Self.received]))
    #expect(refusal?.line == 5 && refusal?.reason.en == "stream 1 is received once more")
  }

  @Test("an export in which the office's events stand in a case is refused, with the line")
  func officeInCase() async throws {
    let desktop = Desktop()
    try await desktop.during { _ in }
    try Self.writeOfficeInCase(to: desktop.store())
    try FileManager.default.removeItem(atPath: desktop.path + "/STATE")
    let refusal = try await Self.refusal(of: desktop)
    #expect(refusal?.line == 3 && refusal?.reason.en == "clockAccepted is no event of stream 1")
  }

  private static func writeOfficeInCase(to store: EventStore) throws {
    try store.keys.prepare(upTo: 1)
    var batch = try store.beginBatch()
    let at = Fixture.time("2026-11-18T09:10")
    let stored = StoredEvent(
      stream: 1, version: Version(1), command: .init(id: CommandID.make(milliseconds: 1), digest: []),
      body: .office(
        .clockAccepted(ClockAccepted(shown: at, expected: at)),
        .init(recordedAt: at, occurredAt: at, offset: Fixture.offset, actor: Fixture.lan, rules: Position(1))))
    let record = try RecordCoding.encode(stored, slot: 1, keyCommitment: []) { plain, _ in plain }
    _ = try batch.append(record, stored.recordKey)
    try batch.commit(.atOnce) { _ throws(LMDBError) in }
  }

  @Test("a verification holds its key against its first event, and finds nothing wrong")
  func verified() async throws {
    let desktop = try await Self.ledger(of: [Self.step, Self.received])
    try await desktop.during(at: "2026-11-18T09:30") { _ in }
    let scratch = try Folder()
    let step = try Verification.directory(desktop.path, scratch: scratch.path) { _ in }
    #expect(step.phase == .done && step.position == 3)
  }

  @Test("what the office had erased is erased again in it, also before its receipt", arguments: [1, 2])
  func erasedAgain(count: Int) async throws {
    let desktop = try await Self.ledger(of: Array([Self.step, Self.received].prefix(count)))
    try await desktop.during(at: "2026-11-18T09:30") { service async throws in
      let erasure = ErasureList.Entry(
        slot: 1, commitment: try service.store.keys.commitment(1), at: Fixture.time("2026-11-18T09:20"))
      #expect(try service.store.unknown([erasure]).count == 1)
      #expect(try service.eraseAgain([erasure], by: Fixture.minh) == 1)
      let transaction = try service.views.store.environment.beginRead()
      let state = try service.views.state(of: 1, transaction)
      #expect(state.erasure?.at == erasure.at && state.version == Version(UInt32(count) + 1))
      #expect(try service.store.unknown([erasure]).isEmpty)
    }
  }
}
