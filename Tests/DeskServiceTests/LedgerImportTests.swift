import Desk
import DeskRecords
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import MerkleTree
import TestSupport
import Testing

@Suite("A ledger that is brought in")
struct LedgerImportTests {
  private static func spool(_ lines: [String]) throws -> SpoolFile {
    let spool = try SpoolFile(in: NSTemporaryDirectory() + "ledgerimport-\(UUID().uuidString)")
    try spool.append(lines.flatMap { Array($0.utf8) + [0x0A] })
    return spool
  }

  private static func export(_ service: DeskService) throws -> [String] {
    var all: [String] = []
    try service.export { lines, _, _ in all += lines }
    return all
  }

  /// A desk with two cases and a signed checkpoint after each.
  private static func signedDesk() async throws -> (desktop: Desktop, lines: [String], notes: [String]) {
    let desktop = Desktop()
    let key = try NoteSigningKey(name: "office.example")
    var notes: [String] = []
    for name in ["Hoa", "Nam"] {
      try await desktop.during { service async throws in _ = try await service.accept(.receive(name)) }
      notes.append(try sign(desktop, key))
    }
    var lines: [String] = []
    try await desktop.during { service async throws in lines = try export(service) }
    return (desktop, lines, notes)
  }

  private static func sign(_ desktop: Desktop, _ key: NoteSigningKey) throws -> String {
    let store = try desktop.store()
    let size = try store.ledger.position().rawValue
    let issued = try IssuedCheckpoint(of: try store.ledger.head(), signedBy: key)
    var batch = try store.beginBatch()
    batch.keep(checkpoint: issued.kept, ofSize: size, keyID: key.verifierKey.keyID)
    try batch.commit(.behind) { _ throws(LMDBError) in }
    return issued.kept
  }

  @Test("signed checkpoints go with it, letter for letter, and it is exported again as the same lines")
  func checkpoints() async throws {
    let (_, lines, notes) = try await Self.signedDesk()
    try await Desktop().during { service async throws in
      _ = try service.importLedger(Self.spool(lines), keys: nil)
      #expect(try service.store.ledger.checkpoints().map(\.text) == notes)
      #expect(try service.store.ledger.checkpoints().map(\.size) == [2, 3])
      #expect(try Self.export(service) == lines)
    }
  }

  @Test("a checkpoint of another history is refused, with its line")
  func forgedCheckpoint() async throws {
    let (_, lines, _) = try await Self.signedDesk()
    let (_, others, _) = try await Self.signedDesk()
    var mixed = lines
    let source = { (line: String) in try #require(line.firstMatch(of: /urn:motcua:ledger:[0-9a-f]{32}/)).output }
    mixed[5] = others[5].replacing(try source(others[0]), with: try source(lines[0]))
    try await Desktop().during { service async throws in
      #expect {
        try service.importLedger(Self.spool(mixed), keys: nil)
      } throws: {
        ($0 as? ExportError)?.line == 6
      }
      #expect(service.signal.position == Position(1) && service.book == Fixture.book())
    }
  }

  @Test(
    "given an office that lost its ledger, when an export is brought in, then nobody reads who was erased, not even meanwhile; given up in the middle, the loss is recorded anew"
  )
  func afterLoss() async throws {
    let desktop = Desktop()
    func apart() -> Apart {
      let place = ApartDirectory(nil, data: desktop.path)
      return Apart(heads: place, erasures: place)
    }
    defer { try? FileManager.default.removeItem(atPath: desktop.path + "-apart") }
    var (lines, keys): ([String], KeysBackup?) = ([], nil)
    do {
      let service = try desktop.open(apart: apart())
      _ = try await service.accept(.receive("Hoa"))
      _ = try await service.accept(CommandRequest(.existing("1"), .withdraw(Withdraw(by: nil, reason: "thôi"))))
      (lines, keys) = (try Self.export(service), try service.store.keys.backedUp())
      _ = try await service.accept(CommandRequest(.existing("1"), .erase(Erase(basis: "Luật"))))
      try service.stop()
    }
    try FileManager.default.removeItem(atPath: desktop.path)
    #expect(throws: StoreError.self) { try desktop.open(apart: apart()) }
    let end = try await bringIn(lines, keys, try desktop.open(apart: apart(), beginsAnew: true))
    // Nothing is left to be said again.
    let again = try desktop.open(apart: apart())
    #expect(again.signal.position == end)
    try again.stop()
  }

  private func losses(_ ledger: Ledger) throws -> [Restored] {
    try (1...ledger.position().rawValue).compactMap { position in
      let record = try #require(try ledger.record(at: Position(position)))
      guard case .office(.restored(let loss), _) = try RecordCoding.current.decode(record, open: { _, _ in nil }).body
      else { return nil }
      return loss
    }
  }

  /// Into a ledger that began anew: given up in the middle first, then whole.
  private func bringIn(_ lines: [String], _ keys: KeysBackup?, _ service: DeskService) async throws -> Position {
    let ledger = service.store.ledger
    #expect(try losses(ledger).map(\.isEndUnknown) == [true])
    struct GivenUp: Error {}
    #expect(throws: GivenUp.self) {
      try service.importLedger(Self.spool(lines), keys: keys) { if $0.phase == .writing { throw GivenUp() } }
    }
    #expect(try losses(ledger).map(\.isEndUnknown) == [true] && service.signal.position == Position(2))
    var wasKeyHere = true
    _ = try service.importLedger(Self.spool(lines), keys: keys) { progress in
      if progress.phase == .building { wasKeyHere = try service.store.keys.key(1) != nil }
    }
    #expect(!wasKeyHere)
    #expect(try losses(ledger).map(\.isEndUnknown) == [true])
    #expect(try service.find("1").state.erasure != nil)
    #expect(try service.find("1").state.reception?.facts.applicant == nil)
    try service.stop()
    return service.signal.position
  }

  @Test("keys that were backed up before the last cases open those that they know, and no others")
  func olderKeys() async throws {
    let desktop = Desktop()
    var keys: KeysBackup?
    try await desktop.during { service async throws in
      _ = try await service.accept(.receive("Hoa"))
      keys = try service.store.keys.backedUp()
    }
    var lines: [String] = []
    try await desktop.during { service async throws in
      _ = try await service.accept(.receive("Nam"))
      lines = try Self.export(service)
    }
    let target = Desktop()
    try await target.during { service async throws in
      let ledger = try service.importLedger(Self.spool(lines), keys: keys)
      #expect(ledger.cases == 2 && ledger.closed == 1)
      #expect(try service.find("1").state.reception?.facts.applicant == "Hoa")
      #expect(try service.find("2").state.reception?.facts.applicant == nil)
      #expect(try await service.accept(.receive("Lan")).number == 3)
    }
    try await target.during { service async throws in
      #expect(try service.find("3").state.reception?.facts.applicant == "Lan")
      #expect(try service.find("2").state.reception?.facts.applicant == nil)
    }
  }

  @Test("a real office's ledger does not go where the clock can be moved, and a second import finds it taken")
  func demo() async throws {
    var lines: [String] = []
    let real = Desktop()
    try await real.during(at: nil) { service async throws in
      _ = try await service.accept(.receive("Hoa"))
      lines = try Self.export(service)
    }
    try await Desktop().during { service async throws in
      #expect(throws: ExportError.self) { try service.importLedger(Self.spool(lines), keys: nil) }
      #expect(try service.caseCount() == 0 && service.store.ledger.isDemo)
    }
    try await Desktop().during(at: nil) { service async throws in
      _ = try service.importLedger(Self.spool(lines), keys: nil)
      #expect(throws: LedgerNotEmpty(cases: 1)) { try service.importLedger(Self.spool(lines), keys: nil) }
    }
  }

  @Test(
    "rules that are configured while it comes in are in force at its end, and stand behind its own events",
    arguments: [LedgerImportProgress.Phase.writing, .building])
  func rulesMeanwhile(phase: LedgerImportProgress.Phase) async throws {
    let (_, lines, _) = try await Self.signedDesk()
    let changed = Fixture.book(.workingDays(10), name: "Cải chính mới")
    try await Desktop().during { service async throws in
      var adoption: DeskService.Adoption?
      let ledger = try service.importLedger(Self.spool(lines), keys: nil) {
        if $0.phase == phase, adoption == nil { adoption = try service.adopt(changed) }
      }
      #expect(adoption == .pending && service.book == changed)
      #expect(try service.store.ledger.position() == Position(ledger.size).next)
      let new = try await service.accept(.receive("Lan"))
      #expect(try service.procedure(of: new.state)?.name.vi == "Cải chính mới")
    }
  }

  @Test("given up while events are written, the desk is as after a first start, and works", arguments: [false, true])
  func givenUp(building: Bool) async throws {
    struct Enough: Error {}
    let (_, lines, _) = try await Self.signedDesk()
    let target = Desktop()
    try await target.during { service async throws in
      let id = service.store.ledger.id
      #expect(throws: Enough.self) {
        try service.importLedger(Self.spool(lines), keys: nil) {
          if $0.phase == (building ? .building : .writing) { throw Enough() }
        }
      }
      #expect(service.store.ledger.id == id && service.signal.position == Position(1))
      #expect(try service.caseCount() == 0 && service.store.ledger.checkpoints().isEmpty)
      #expect(try await service.accept(.receive("Lan")).number == 1)
      #expect(try service.find("1").state.reception?.facts.applicant == "Lan")
    }
    try await target.during { service async throws in
      #expect(try service.find("1").state.reception?.facts.applicant == "Lan")
    }
  }

  @Test("lines that another program wrote anew, with attributes of its own, are read the same")
  func rewritten() async throws {
    let (_, lines, _) = try await Self.signedDesk()
    let rewritten = lines.map { #"{ "comexampletrace" : "x", "# + $0.dropFirst() }
    try await Desktop().during { service async throws in
      _ = try service.importLedger(Self.spool(rewritten), keys: nil)
      #expect(try Self.export(service) == lines)
    }
  }
}
