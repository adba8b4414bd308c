import Desk
import DeskInterface
import DeskRecords
import EventSourcing
import MerkleTree
import Sealing
import Testing
import Varlink

@testable import motcua

@Suite("The check of a proof")
struct ProofCheckTests {
  private let ledger: MadeUpLedger

  init() throws { ledger = try MadeUpLedger() }

  private func provedEvents(_ proof: EventsProof, published: String? = nil) throws -> ProvedEvents {
    guard case .events(let proved) = try ledger.check(proof, published: published) else {
      throw ProofError.notAProof
    }
    return proved
  }

  @Test("given a proof of a case in trees of many sizes, then it holds, and its events are told without what is sealed")
  func closed() throws {
    for events in 1...9 {
      let ledger = try MadeUpLedger(events: events)
      guard case .events(let proved) = try ledger.check(ledger.proof()) else { throw ProofError.notAProof }
      #expect(proved.events.map(\.position) == Array(stride(from: 1, through: events, by: 2)))
      #expect(proved.head.checkpoint.size == UInt64(events) && !proved.isOpened && !proved.isCompared)
      #expect(proved.events.map(\.isClosed) == proved.events.map { $0.version != 4 })
      #expect(!"\(proved)".contains(MadeUpLedger.secret))
    }
  }

  @Test("given the disclosed key, then what is sealed is opened")
  func opened() throws {
    let proved = try provedEvents(ledger.proof(isOpen: true))
    guard case .received(let facts) = proved.events[0].event.body else { throw ProofError.noEvents }
    #expect(facts.applicant == MadeUpLedger.secret && proved.isOpened && !proved.events.contains(where: \.isClosed))
  }

  @Test("a file says what the proof says, in any layout of its JSON")
  func reading() throws {
    let proof = try ledger.proof(isOpen: true)
    let text = ProofFile.events(proof).text
    #expect(try ProofFile(text) == .events(proof))
    #expect(try ProofFile(ProofFile.events(proof).line) == .events(proof))
    let growth = try ledger.growth(from: 3, to: 8)
    #expect(try ProofFile(ProofFile.growth(growth).text) == .growth(growth))
  }

  @Test("every character of a proof that is changed makes it fail, or changes nothing that it says")
  func everyCharacter() throws {
    let ledger = try MadeUpLedger(events: 3)
    for text in [
      ProofFile.events(try ledger.proof(isOpen: true)).text, ProofFile.growth(try ledger.growth(from: 1, to: 3)).text,
    ] {
      let whole = try ledger.check(text)
      let bytes = Array(text.utf8)
      var unchanged = 0
      for index in bytes.indices {
        for byte in [bytes[index] ^ 1, UInt8(ascii: " "), UInt8(ascii: "A")] where byte != bytes[index] {
          var changed = bytes
          changed[index] = byte
          guard let changed = String(validating: changed, as: UTF8.self) else { continue }
          do {
            #expect(try ledger.check(changed) == whole, "byte \(index) of\n\(text)")
            unchanged += 1
          } catch {
            #expect(error is ProofError)
          }
        }
      }
      // Line ends between members are all that may change.
      #expect(unchanged <= text.utf8.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: " ") })
    }
  }

  @Test("every hash, event and signature left out makes a proof fail")
  func leftOut() throws {
    let proof = try ledger.proof()
    for index in proof.events.indices {
      for hash in proof.events[index].path.indices {
        var changed = proof
        changed.events[index].path.remove(at: hash)
        #expect(throws: ProofError.notIncluded(position: proof.events[index].position)) { try ledger.check(changed) }
      }
    }
    for index in proof.events.indices.dropLast() {
      var changed = proof
      changed.events.remove(at: index)
      #expect(
        throws: ProofError.missingVersion(
          position: 2 * index + 3, expected: UInt32(index) + 1, found: UInt32(index) + 2)
      ) { try ledger.check(changed) }
    }
    var empty = proof
    empty.events = []
    #expect(throws: ProofError.noEvents) { try ledger.check(empty) }
  }

  @Test("events in another order, twice, or of another case are named")
  func order() throws {
    var swapped = try ledger.proof()
    swapped.events.swapAt(1, 2)
    #expect(throws: ProofError.missingVersion(position: 5, expected: 2, found: 3)) { try ledger.check(swapped) }
    var twice = try ledger.proof()
    twice.events.insert(twice.events[1], at: 2)
    #expect(throws: ProofError.outOfOrder(position: 3, after: 3)) { try ledger.check(twice) }
    var mixed = try ledger.proof()
    let path = try #require(MerkleTree.inclusionProof(index: 3, leaves: ledger.leaves)).path
    mixed.events[1] = Wire.ProvedEvent(
      position: 4, record: Base64.encode(ledger.records[3]), path: path.map(\.base64))
    #expect(throws: ProofError.otherCase(position: 4)) { try ledger.check(mixed) }
  }

  @Test("the proof of another code, and events that do not begin with a receipt, are refused")
  func code() throws {
    var renamed = try ledger.proof()
    renamed.code = "H56.26.07-261118-0002"
    #expect(throws: ProofError.otherCode(named: renamed.code, recorded: MadeUpLedger.code)) {
      try ledger.check(renamed)
    }
  }

  @Test("a checkpoint of another key, of a key of the same name, or of another origin is refused, each in its own way")
  func signatures() throws {
    let stranger = try MadeUpLedger(name: "motcua/H00", seed: 2)
    #expect(throws: ProofError.notSigned(.ofProof, by: [stranger.signer])) { try ledger.check(stranger.proof()) }
    let namesake = try MadeUpLedger(seed: 2)
    #expect(throws: ProofError.notSigned(.ofProof, by: [namesake.signer])) { try ledger.check(namesake.proof()) }
    var elsewhere = try ledger.proof()
    elsewhere.checkpoint = try ledger.note(origin: "motcua/H00")
    #expect(throws: ProofError.otherOrigin(.ofProof, origin: "motcua/H00", key: ledger.key.name)) {
      try ledger.check(elsewhere)
    }
    var enlarged = try ledger.proof()
    enlarged.checkpoint = enlarged.checkpoint.replacing("\n9\n", with: "\n8\n")
    #expect(throws: ProofError.forged(.ofProof, name: ledger.key.name)) { try ledger.check(enlarged) }
    var renamed = try ledger.proof()
    renamed.verifierKey = namesake.key.verifierKey.description
    #expect(throws: ProofError.otherKeyNamed(renamed.verifierKey)) { try ledger.check(renamed) }
  }

  @Test("a proof against one checkpoint does not hold against another, larger or smaller")
  func otherSize() throws {
    for other in 1...9 where other != 7 {
      var proof = try ledger.proof(size: 7)
      proof.checkpoint = try ledger.note(size: other)
      #expect(throws: ProofError.self, "\(other)") { try ledger.check(proof) }
    }
    var proof = try ledger.proof(size: 7)
    proof.checkpoint = try ledger.note(size: 2)
    #expect(throws: ProofError.beyondCheckpoint(position: 3, size: 2)) {
      proof.events[0] = try ledger.proof(size: 2).events[0]
      return try ledger.check(proof)
    }
  }

  @Test("a published checkpoint must be the proof's own: another size, root or origin is said in its own words")
  func published() throws {
    let proof = try ledger.proof()
    #expect(try provedEvents(proof, published: ledger.note()).isCompared)
    #expect(throws: ProofError.publishedSize(file: "published", published: 5, proved: 9, code: MadeUpLedger.code)) {
      try ledger.check(proof, published: ledger.note(size: 5))
    }
    // The same key signs another history of the same size.
    let records = try MadeUpLedger(events: 18)
    let forked = try Checkpoint(
      origin: ledger.key.name, size: 9, root: MerkleTree.root(of: Array(records.leaves.suffix(9))))
    let fork = try SignedNote(text: forked.text, signedBy: [ledger.key]).description
    #expect(throws: ProofError.publishedRoot(file: "published", size: 9)) { try ledger.check(proof, published: fork) }
    let other = try MadeUpLedger(name: "motcua/H00", seed: 2)
    #expect(throws: ProofError.notSigned(.published(file: "published"), by: [other.signer])) {
      try ledger.check(proof, published: other.note())
    }
    let both = ProofCheck(
      keys: [ledger.key.verifierKey, other.key.verifierKey],
      published: [PublishedCheckpoint(file: "published", note: try other.note())])
    #expect(
      throws: ProofError.publishedOrigin(file: "published", published: "motcua/H00", proved: "motcua/H56.26.07")
    ) { try both.check(ProofFile.events(proof).text) }
  }

  @Test("a disclosed key that is not the committed one, or of another slot, opens nothing")
  func wrongKey() throws {
    var other = try ledger.proof(isOpen: true)
    other.disclosed?.key = Base64.encode([UInt8](repeating: 6, count: 32))
    #expect(throws: ProofError.keyNotCommitted) { try ledger.check(other) }
    var slot = try ledger.proof(isOpen: true)
    slot.disclosed?.slot = 8
    #expect(throws: ProofError.otherSlot(named: 8, recorded: 7)) { try ledger.check(slot) }
    var short = try ledger.proof(isOpen: true)
    short.disclosed?.key = Base64.encode([5])
    #expect(throws: ProofError.unexpected("key")) { try ledger.check(short) }
  }

  /// A proof of one record that is the whole ledger.
  private func proof(of record: [UInt8], disclosing key: SealingKey) throws -> EventsProof {
    let checkpoint = try Checkpoint(origin: ledger.key.name, size: 1, root: MerkleTree.leafHash(record))
    return EventsProof(
      code: MadeUpLedger.code, checkpoint: try SignedNote(text: checkpoint.text, signedBy: [ledger.key]).description,
      verifierKey: ledger.key.verifierKey.description,
      events: [Wire.ProvedEvent(position: 1, record: Base64.encode(record), path: [])],
      disclosed: DisclosedKey(key: Base64.encode(key.bytes), slot: 7))
  }

  @Test("given a receipt sealed with one key and committed to another, then neither key opens it")
  func uncommitted() throws {
    let other = try #require(SealingKey(bytes: [UInt8](repeating: 6, count: 32)))
    let record = try MadeUpLedger.record(case: 7, version: 1, other)
      .replacing(other.commitment, with: ledger.sealing.commitment)
    #expect(throws: ProofError.keyNotCommitted) { try ledger.check(proof(of: record, disclosing: other)) }
    #expect(throws: ProofError.sealBroken(position: 1)) {
      try ledger.check(proof(of: record, disclosing: ledger.sealing))
    }
  }

  @Test("given a case that is received after its first event, then its proof holds, with its key or without")
  func receivedLater() throws {
    let step = CaseEvent.Body.progressed(Progressed(step: "Gọi số", by: "Lan"))
    let received = CaseEvent.Body.received(
      Received(
        code: MadeUpLedger.code, kind: .procedure, applicant: MadeUpLedger.secret, term: .imported,
        due: Timestamp(microseconds: 0)))
    let records = [
      try MadeUpLedger.record(case: 7, version: 1, ledger.sealing, body: step),
      try MadeUpLedger.record(case: 7, version: 2, ledger.sealing, body: received),
    ]
    let leaves = records.map { MerkleTree.leafHash($0) }
    let checkpoint = try Checkpoint(origin: ledger.key.name, size: 2, root: MerkleTree.root(of: leaves))
    var proof = EventsProof(
      code: MadeUpLedger.code, checkpoint: try SignedNote(text: checkpoint.text, signedBy: [ledger.key]).description,
      verifierKey: ledger.key.verifierKey.description,
      events: try records.indices.map { index in
        let path = try #require(MerkleTree.inclusionProof(index: index, leaves: leaves)).path
        return Wire.ProvedEvent(
          position: index + 1, record: Base64.encode(records[index]), path: path.map(\.base64))
      }, disclosed: DisclosedKey(key: Base64.encode(ledger.sealing.bytes), slot: 7))
    #expect(try provedEvents(proof).isOpened)
    proof.code = "H56.26.07-261118-0002"
    #expect(throws: ProofError.otherCode(named: proof.code, recorded: MadeUpLedger.code)) { try ledger.check(proof) }
    proof.code = MadeUpLedger.code
    proof.disclosed = nil
    #expect(try provedEvents(proof).events.count == 2)
    // given the key of another case, then its first event says so
    proof.disclosed = DisclosedKey(key: Base64.encode([UInt8](repeating: 6, count: 32)), slot: 7)
    #expect(throws: ProofError.keyNotCommitted) { try ledger.check(proof) }
  }

  @Test("given a case that is never received, then it is refused, with its key or without")
  func noReceipt() throws {
    let step = CaseEvent.Body.progressed(Progressed(step: "Thẩm tra"))
    let record = try MadeUpLedger.record(case: 7, version: 1, ledger.sealing, body: step)
    var proof = try proof(of: record, disclosing: ledger.sealing)
    #expect(throws: ProofError.noReceipt(position: 1)) { try ledger.check(proof) }
    proof.disclosed = nil
    #expect(throws: ProofError.noReceipt(position: 1)) { try ledger.check(proof) }
  }

  @Test("bytes that are in the ledger and are no record, or one of a newer form, are said to be so")
  func unreadableRecords() throws {
    var proof = try proof(of: [0xFF], disclosing: ledger.sealing)
    proof.disclosed = nil
    #expect { try ledger.check(proof) } throws: { ($0 as? ProofError)?.name == "proof.unreadableRecord" }
    var newer = ledger.records[0]
    newer[1] = UInt8(RecordCoding.schema + 1)
    proof = try self.proof(of: newer, disclosing: ledger.sealing)
    #expect(throws: ProofError.newerRecord(position: 1, schema: RecordCoding.schema + 1)) { try ledger.check(proof) }
    // also when its key is disclosed, which is held against the record first
    proof = try self.proof(of: newer, disclosing: ledger.sealing)
    #expect(throws: ProofError.newerRecord(position: 1, schema: RecordCoding.schema + 1)) { try ledger.check(proof) }
  }

  @Test("a later ledger is proved to continue an earlier one; a changed, shorter or foreign one is not")
  func growth() throws {
    for new in 1...9 {
      for old in 0...new {
        guard case .growth(let proved) = try ledger.check(ledger.growth(from: old, to: new)) else {
          throw ProofError.notAProof
        }
        #expect(proved.old.checkpoint.size == UInt64(old) && proved.new.checkpoint.size == UInt64(new))
      }
    }
    // The same office signs another history: its sealed parts have other nonces.
    let rewritten = try MadeUpLedger()
    var changed = try ledger.growth(from: 4, to: 9)
    changed.old = try rewritten.note(size: 4)
    #expect(throws: ProofError.notContinued(old: 4, new: 9)) { try ledger.check(changed) }
    var turned = try ledger.growth(from: 4, to: 9)
    swap(&turned.old, &turned.new)
    #expect(throws: ProofError.notContinued(old: 9, new: 4)) { try ledger.check(turned) }
    #expect(throws: ProofError.publishedSize(file: "published", published: 5, proved: 4, code: nil)) {
      try ledger.check(ledger.growth(from: 4, to: 9), published: ledger.note(size: 5))
    }
    for size in [4, 9] {
      #expect(throws: Never.self) {
        try ledger.check(ledger.growth(from: 4, to: 9), published: ledger.note(size: size))
      }
    }
  }

  @Test("a file that is no proof, of a newer format, or of a form that nobody writes is unusable, and says where")
  func unusable() throws {
    let text = ProofFile.events(try ledger.proof(isOpen: true)).text
    func error(_ old: String, _ new: String) -> ProofError? {
      do throws(ProofError) {
        _ = try ProofCheck(keys: [ledger.key.verifierKey]).check(text.replacing(old, with: new))
        return nil
      } catch {
        return error
      }
    }
    #expect(error("motcua proof 1", "motcua proof 2") == .unknownFormat("motcua proof 2"))
    #expect(error("\"case\"", "\"office\"") == .unknownKind("office"))
    #expect(error("\"format\"", "\"form\"") == .notAProof)
    #expect(error("\"code\"", "\"cods\"") == .unexpected("cods"))
    #expect(error("\"position\": 3", "\"position\": \"3\"") == .unexpected("events[1].position"))
    #expect(error("\"position\": 3", "\"position\": 0") == .unexpected("events[1].position"))
    #expect(error("\"position\": 3", "\"position\": -3") == .unexpected("events[1].position"))
    #expect(error("\"position\": 3,", "") == .missing("events[1].position"))
    #expect(error("\"position\": 3,", "\"position\": 3, \"note\": 1,") == .unexpected("events[1].note"))
    #expect(error(",\n  \"keySlot\": 7", "") == .missing("keySlot"))
    #expect(error("\"kind\": \"case\"", "\"kind\": \"case\", \"kind\": \"case\"")?.name == "proof.notJSON")
    for error in [error("}\n", ""), error("\"path\": [", "\"path\": [1, "), error("— ", "- ")] {
      #expect(error != nil)
    }
  }

  @Test("every failure has a sentence of its own in both languages, and its exit code")
  func words() {
    let failures: [ProofError] = [
      .notJSON(.init(.unexpectedEnd, at: 3)), .notAProof, .unknownFormat("x"), .unknownKind("x"), .missing("code"),
      .unexpected("code"), .unreadableNote(.ofProof, .missingSignatures), .unreadableCheckpoint(.old, .unterminated),
      .newerRecord(position: 1, schema: 2), .notSigned(.published(file: "f"), by: ["x"]), .forged(.new, name: "x"),
      .otherOrigin(.ofProof, origin: "a", key: "b"), .otherKeyNamed("x"), .noEvents, .notIncluded(position: 1),
      .beyondCheckpoint(position: 2, size: 1), .outOfOrder(position: 1, after: 2),
      .missingVersion(position: 1, expected: 1, found: 2), .otherCase(position: 1),
      .unreadableRecord(position: 1, reason: "x"), .noReceipt(position: 1), .otherCode(named: "a", recorded: "b"),
      .keyNotCommitted, .otherSlot(named: 1, recorded: 2), .sealBroken(position: 1),
      .differentOrigins(old: "a", new: "b"), .notContinued(old: 1, new: 2),
      .publishedOrigin(file: "f", published: "a", proved: "b"),
      .publishedSize(file: "f", published: 1, proved: 2, code: nil),
      .publishedRoot(file: "f", size: 1),
    ]
    for language in Language.allCases {
      #expect(Set(failures.map { $0.verdict(file: "p", language).sentence }).count == failures.count)
    }
    for failure in failures {
      let verdict = failure.verdict(file: "p", .vi)
      #expect(verdict.sentence != failure.verdict(file: "p", .en).sentence)
      #expect(verdict.code == 1 && verdict.sentence.hasSuffix("."))
    }
    let otherSize = ProofError.publishedSize(file: "f", published: 1, proved: 2, code: "975")
    #expect(otherSize.verdict(file: "p", .en).next == "motcua prove 975 --checkpoint f")
  }

  @Test("keys are read from the command line or from a file of them, and a line that is no key is named")
  func keys() throws {
    let key = ledger.key.verifierKey
    #expect(try TrustedKeys.read([key.description], .en) == [key])
    #expect(try TrustedKeys.keys(in: "# the office\n\n\(key)\n\(key)", file: "f", .en) == [key, key])
    for text in ["", "# only words\n", "\(key)\nx\n", ledger.key.storedText] {
      #expect(throws: Failure.self) { try TrustedKeys.keys(in: text, file: "f", .en) }
    }
    #expect(throws: Failure.self) { try TrustedKeys.read(["/nowhere"], .en) }
  }
}
