import Crypto
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

@Suite("What the ledger knows a command by")
struct DigestTests {
  private static let id = CommandID.make(milliseconds: 7)
  private static let eraseID = CommandID.make(milliseconds: 8)
  private static let basis = "Luật 91/2025/QH15"

  private static func erase(
    _ code: String, _ basis: String = basis, reason: String? = nil, id: [UInt8] = eraseID
  ) -> CommandRequest {
    var request = CommandRequest(.existing(code), .erase(Erase(basis: basis)), by: Fixture.minh, id: id)
    request.command.reason = reason
    request.canonicalText += Array((reason ?? "").utf8)
    return request
  }

  /// A case that is ended: its code, and what was said when it was received.
  private static func ended(_ service: DeskService) async throws -> (code: String, receive: CommandRequest) {
    let receive = CommandRequest.receive("Nguyễn Thị Hoa", id: id)
    let code = try await service.accept(receive).code
    try await service.accept(CommandRequest(.existing(code), .withdraw(Withdraw(reason: "thôi"))))
    return (code, receive)
  }

  /// Everything that stands in the ledger, and all digests of these words under any key that is there.
  private static func tells(_ desktop: Desktop, _ words: [UInt8]) throws -> Bool {
    let store = try desktop.store()
    let last = try store.views.environment.read { transaction throws(LMDBError) in
      try store.views.lastStream(transaction)
    }
    let bytes = try Data(contentsOf: URL(filePath: desktop.path + "/keys/master"))
    let old = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: bytes), info: Array("command digest".utf8), outputByteCount: 32)
    var guesses = [Array(HMAC<SHA256>.authenticationCode(for: words, using: old).prefix(16))]
    guesses.append(store.keys.officeDigest(words))
    for slot in 1...last { if let digest = try store.keys.digest(words, slot: slot) { guesses.append(digest) } }
    let ledger = Data(try store.ledger.records(from: .start, limit: .max).flatMap(\.record))
    return guesses.contains { ledger.firstRange(of: $0) != nil }
  }

  @Test(
    "given the ledger, the master key and every key that is left, whoever guesses what an erased case's commands said is not told that he is right"
  )
  func guessed() async throws {
    let desktop = Desktop()
    let (code, receive) = try await desktop.during { service async throws in
      try await service.accept(.receive("Trần Văn Nam"))
      return try await Self.ended(service)
    }
    #expect(try Self.tells(desktop, receive.canonicalText), "the search finds what is there")
    let erase = Self.erase(code, reason: "con gái Nguyễn Thị Hoa xin")
    try await desktop.during { service async throws in try await service.accept(erase) }
    #expect(try !Self.tells(desktop, receive.canonicalText))
    #expect(try !Self.tells(desktop, erase.canonicalText), "the reason of an erasure is personal, too")
  }

  @Test(
    "a command of an erased case that comes again is refused alike whatever it says; the erasure itself is answered again, by what stays readable"
  )
  func erased() async throws {
    let desktop = Desktop()
    try await desktop.during { service async throws in
      let (code, receive) = try await Self.ended(service)
      #expect(try await service.accept(receive).isRepeated)
      let first = try await service.accept(Self.erase(code, reason: "bà ấy xin"))
      let refused = try #require(await service.rejection(receive))
      guard case .caseErased(code, _, Self.basis) = refused else {
        Issue.record("\(refused)")
        return
      }
      for name in ["Nguyễn Thị Hoa", "Lê Văn Tám"] {
        #expect(await service.rejection(.receive(name, id: Self.id)) == refused)
      }
      for request in [Self.erase(code, reason: "bà ấy xin"), Self.erase(code, reason: "ai đó"), Self.erase(code)] {
        let again = try await service.accept(request)
        #expect(again.isRepeated && again.position == first.position)
      }
      #expect(await service.rejection(Self.erase(code, "khác")) == .commandReused(CommandID.text(Self.eraseID)))
      #expect(await service.rejection(Self.erase(code, id: Self.id)) == .commandReused(CommandID.text(Self.id)))
    }
    try await desktop.during { service async throws in
      guard case .caseErased? = await service.rejection(.receive("Nguyễn Thị Hoa", id: Self.id)) else {
        Issue.record("a command of an erased case was answered after a restart")
        return
      }
      let code = try service.find("1").state.reception?.facts.code ?? ""
      #expect(try await service.accept(Self.erase(code)).isRepeated)
    }
  }

  /// A ledger of before 0.3.0, in which no key is here.
  private static func ofBefore(_ body: (DeskService) async throws -> Void) async throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/ledger.jsonl")
    let spool = try SpoolFile(in: NSTemporaryDirectory() + "digests-\(UUID().uuidString)")
    try spool.append(Array(try Data(contentsOf: golden)))
    try await Desktop().during(at: nil) { service async throws in
      _ = try service.importLedger(spool, keys: nil)
      try await body(service)
    }
  }

  @Test("a command that 0.2.0 recorded is refused as one from before when it comes again, and never answered")
  func fromBefore() async throws {
    try await Self.ofBefore { service async throws in
      for (index, event) in GoldenLedger.events.enumerated() where event.stream > 0 {
        let id = [UInt8](repeating: UInt8(index + 1), count: 16)
        let request = CommandRequest.receive("Nguyễn Thị Hoa", by: event.circumstances.actor, id: id)
        #expect(await service.rejection(request) == .commandFromBefore(CommandID.text(id)))
      }
    }
  }

  @Test("where the key is not here, a command that says nothing of people goes on, and is answered when it comes again")
  func withoutKey() async throws {
    let desktop = Desktop()
    let code = try await desktop.during { service async throws in try await service.accept(.receive("Hoa")).code }
    try desktop.store().keys.markAbsent(1)
    try await desktop.during { service async throws in
      let resolve = CommandRequest(.existing(code), .resolve(Resolve()), id: Self.id)
      let first = try await service.accept(resolve)
      #expect(try await service.accept(resolve).position == first.position)
      let other = CommandRequest(.existing(code), .resolve(Resolve(.refused)), id: Self.id)
      #expect(await service.rejection(other) == .keyNotHere(code: code))
      var reasoned = CommandRequest(.existing(code), .return(Return()))
      reasoned.command.reason = "con gái bà ấy xin"
      #expect(await service.rejection(reasoned) == .keyNotHere(code: code))
    }
  }

  @Test("ids of an import are made of the codes in the file, and of nothing that is sealed")
  func imported() async throws {
    let rows = [EventLogTests.header, EventLogTests.first, EventLogTests.second, EventLogTests.third]
    let other = rows.map { $0.replacing("Bau", with: "Hochbau") }
    #expect(rows != other)
    var ids: [[[UInt8]]] = []
    for rows in [rows, other] {
      let log = try EventLog(rows.joined(separator: "\n"), EventLogTests.mapping, for: Fixture.importOffice)
      try await Desktop().during { service async throws in
        try await service.run(log, skipping: [], actor: Fixture.lan) { _ in }
        ids.append(
          try service.store.ledger.records(from: Position(1), limit: .max).map { entry in
            try RecordCoding.current.decode(entry.record) { _, _ in nil }
          }.filter { $0.stream > 0 }.map(\.command.id))
      }
    }
    #expect(ids[0] == ids[1] && Set(ids[0]).count == 2)
  }

  @Test(
    "a file with the same codes that says something else of them brings nothing in, and is told so before it begins")
  func otherFile() async throws {
    let rows = [EventLogTests.header, EventLogTests.first, EventLogTests.second, EventLogTests.third]
    let other = rows.map { $0.replacing("Bau", with: "Hochbau") }
    try await Desktop().during { service async throws in
      let log = try EventLog(rows.joined(separator: "\n"), EventLogTests.mapping, for: Fixture.importOffice)
      try await service.run(log, skipping: [], actor: Fixture.lan) { _ in }
      #expect(try service.takenCodes(log, actor: Fixture.lan).isEmpty)
      let changed = try EventLog(other.joined(separator: "\n"), EventLogTests.mapping, for: Fixture.importOffice)
      #expect(try !service.takenCodes(changed, actor: Fixture.lan).isEmpty)
      // One that is erased meanwhile is left out, and the others are still known.
      try await service.accept(Self.erase("c1"))
      #expect(try service.takenCodes(log, actor: Fixture.lan).map(\.line) == [2])
    }
  }
}
