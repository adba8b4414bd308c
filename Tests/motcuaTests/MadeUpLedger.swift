import Desk
import DeskInterface
import DeskRecords
import EventSourcing
import MerkleTree
import Sealing
import Testing

@testable import motcua

/// A ledger that never was on a disk: two cases whose events alternate, and what a daemon would prove of it.
struct MadeUpLedger {
  static let code = "H56.26.07-261118-0001"
  static let secret = "Nguyễn Thị Hoa"

  let key: NoteSigningKey
  let sealing: SealingKey
  let records: [[UInt8]]
  let leaves: [Hash]

  /// - Parameter seed: another seed is another key of the same name.
  init(name: String = "motcua/H56.26.07", seed: UInt8 = 1, events: Int = 9) throws {
    key = try NoteSigningKey(name: name, seed: [UInt8](repeating: seed, count: 32))
    let sealing = try #require(SealingKey(bytes: [UInt8](repeating: 5, count: 32)))
    self.sealing = sealing
    records = try (0..<events).map { try Self.record(case: 7 + UInt64($0 % 2), version: UInt32($0 / 2) + 1, sealing) }
    leaves = records.map { MerkleTree.leafHash($0) }
  }

  /// The signer's name and key id, as a note names it.
  var signer: String { key.verifierKey.description.split(separator: "+").prefix(2).joined(separator: "+") }

  /// A receipt, then steps, then a hand-over that tells nothing of a person.
  static func record(
    case number: UInt64, version: UInt32, _ sealing: SealingKey, body other: CaseEvent.Body? = nil
  ) throws -> [UInt8] {
    let at = try #require(Timestamp(rfc3339: "2026-11-18T09:0\(version):00+07:00"))
    let body: CaseEvent.Body =
      switch version {
      case 1:
        .received(
          Received(
            code: number == 7 ? code : "H56.26.07-261118-0002", kind: .procedure, procedure: "cai-chinh",
            applicant: secret, term: .workingDays(3), due: at.adding(seconds: 259_200)))
      case 4: .returned(Returned())
      default: .progressed(Progressed(step: "Thẩm tra", by: "Lan"))
      }
    let offset = try #require(UTCOffset(text: "+07:00"))
    let event = StoredEvent(
      stream: number, version: Version(version), command: .init(id: Array(1...16), digest: Array(1...16)),
      body: .desk(
        CaseEvent(
          other ?? body,
          .init(recordedAt: at, occurredAt: at, offset: offset, actor: Actor(uid: 1, account: "lan"), rules: .start))))
    return try RecordCoding.encode(event, slot: number, keyCommitment: sealing.commitment) { plain, part in
      try #require(sealing.seal(plain, additionalData: part.additionalData))
    }
  }

  func note(size: Int? = nil, origin: String? = nil) throws -> String {
    let size = size ?? leaves.count
    let root = MerkleTree.root(of: Array(leaves.prefix(size)))
    let checkpoint = try Checkpoint(origin: origin ?? key.name, size: UInt64(size), root: root)
    return try SignedNote(text: checkpoint.text, signedBy: [key]).description
  }

  /// The events of case 7 that a checkpoint of that size holds.
  func proof(size: Int? = nil, isOpen: Bool = false) throws -> EventsProof {
    let size = size ?? leaves.count
    let leaves = Array(leaves.prefix(size))
    let events = try stride(from: 0, to: size, by: 2).map { index in
      let path = try #require(MerkleTree.inclusionProof(index: index, leaves: leaves)).path
      return Wire.ProvedEvent(
        position: index + 1, record: Base64.encode(records[index]), path: path.map(\.base64))
    }
    return EventsProof(
      code: Self.code, checkpoint: try note(size: size), verifierKey: key.verifierKey.description, events: events,
      disclosed: isOpen ? DisclosedKey(key: Base64.encode(sealing.bytes), slot: 7) : nil)
  }

  func growth(from old: Int, to new: Int) throws -> GrowthProof {
    let path = try #require(MerkleTree.consistencyProof(oldSize: old, leaves: Array(leaves.prefix(new)))).path
    return GrowthProof(
      old: try note(size: old), new: try note(size: new), verifierKey: key.verifierKey.description,
      path: path.map(\.base64))
  }

  func check(_ proof: EventsProof, published: String? = nil) throws -> Proved {
    try check(ProofFile.events(proof).text, published: published)
  }

  func check(_ proof: GrowthProof, published: String? = nil) throws -> Proved {
    try check(ProofFile.growth(proof).text, published: published)
  }

  func check(_ text: String, published: String? = nil) throws -> Proved {
    try ProofCheck(
      keys: [key.verifierKey], published: published.map { [PublishedCheckpoint(file: "published", note: $0)] } ?? []
    ).check(text)
  }
}
