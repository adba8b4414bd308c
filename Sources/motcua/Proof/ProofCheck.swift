import Desk
import DeskInterface
import DeskRecords
import EventSourcing
import MerkleTree
import Sealing

/// A checkpoint that was published, to hold a proof against.
struct PublishedCheckpoint {
  var file: String
  var note: String
}

/// Checks a proof without a daemon: pure, from what stands in the files to what they prove.
struct ProofCheck {
  /// The keys that whoever checks trusts, and has from elsewhere than from the proof.
  let keys: [NoteVerifierKey]
  let published: [PublishedCheckpoint]

  init(keys: [NoteVerifierKey], published: [PublishedCheckpoint] = []) {
    self.keys = keys
    self.published = published
  }

  /// What the text of a proof file proves.
  func check(_ text: String) throws(ProofError) -> Proved {
    switch try ProofFile(text) {
    case .events(let proof): .events(try check(proof))
    case .growth(let proof): .growth(try check(proof))
    }
  }

  private func check(_ proof: EventsProof) throws(ProofError) -> ProvedEvents {
    let head = try signed(proof.checkpoint, .ofProof)
    try requireSigner(head, named: proof.verifierKey)
    try compare(with: [head], code: proof.code)
    let key = try proof.disclosed.map { disclosed throws(ProofError) in try sealingKey(disclosed) }
    var events: [ProvedEvents.Event] = []
    for (index, event) in proof.events.enumerated() {
      let record = try included(event, under: head.checkpoint, "events[\(index)]")
      if let last = events.last, event.position <= last.position {
        throw .outOfOrder(position: event.position, after: last.position)
      }
      if index == 0, let key { try checkCommitment(record, event.position, key) }
      let opened = try open(record, event.position, with: key, slot: proof.disclosed?.slot)
      guard opened.number != 0, opened.number == events.first?.number ?? opened.number else {
        throw .otherCase(position: event.position)
      }
      guard opened.version == UInt32(index) + 1 else {
        throw .missingVersion(position: event.position, expected: UInt32(index) + 1, found: opened.version)
      }
      if index == 0 { try checkSlot(opened, proof) }
      events.append(opened)
    }
    guard let first = events.first else { throw .noEvents }
    try checkCode(events, first, proof)
    return ProvedEvents(
      code: proof.code, head: head, events: events, isOpened: key != nil, isCompared: !published.isEmpty)
  }

  private func check(_ proof: GrowthProof) throws(ProofError) -> ProvedGrowth {
    let old = try signed(proof.old, .old)
    let new = try signed(proof.new, .new)
    for head in [old, new] { try requireSigner(head, named: proof.verifierKey) }
    guard old.checkpoint.origin.utf8.elementsEqual(new.checkpoint.origin.utf8) else {
      throw .differentOrigins(old: old.checkpoint.origin, new: new.checkpoint.origin)
    }
    try compare(with: [old, new])
    let path = try hashes(proof.path, "path")
    let consistency = ConsistencyProof(oldSize: old.checkpoint.size, newSize: new.checkpoint.size, path: path)
    guard consistency.verifies(oldRoot: old.checkpoint.root, newRoot: new.checkpoint.root) else {
      throw .notContinued(old: old.checkpoint.size, new: new.checkpoint.size)
    }
    return ProvedGrowth(old: old, new: new, isCompared: !published.isEmpty)
  }

  /// The record of an event, once its path has led to the root.
  private func included(
    _ event: Wire.ProvedEvent, under head: Checkpoint, _ place: String
  ) throws(ProofError) -> [UInt8] {
    guard let record = Base64.decode(event.record) else { throw .unexpected(place + ".record") }
    guard let position = UInt64(exactly: event.position), position > 0 else { throw .unexpected(place + ".position") }
    guard position <= head.size else { throw .beyondCheckpoint(position: event.position, size: head.size) }
    let proof = InclusionProof(
      leafIndex: position - 1, treeSize: head.size, path: try hashes(event.path, place + ".path"))
    guard proof.verifies(leaf: MerkleTree.leafHash(record), root: head.root) else {
      throw .notIncluded(position: event.position)
    }
    return record
  }

  /// The event of a record, with what is sealed when its key is known.
  private func open(
    _ record: [UInt8], _ position: Int, with key: SealingKey?, slot: Int?
  ) throws(ProofError) -> ProvedEvents.Event {
    var failure: ProofError?
    do {
      let stored = try RecordCoding.current.decode(record) { sealed, part in
        guard let key else { return nil }
        guard slot.flatMap(UInt64.init(exactly:)) == part.slot else {
          failure = .otherSlot(named: slot ?? 0, recorded: part.slot)
          return nil
        }
        guard let plain = key.open(sealed, additionalData: part.additionalData) else {
          failure = .sealBroken(position: position)
          return nil
        }
        return plain
      }
      if let failure { throw failure }
      guard case .desk(let event) = stored.body else { throw ProofError.otherCase(position: position) }
      return ProvedEvents.Event(
        position: position, number: stored.stream, version: stored.version.rawValue, commandID: stored.command.id,
        event: event, isClosed: stored.isClosed)
    } catch let error as ProofError {
      throw error
    } catch RecordError.newerSchema(let schema) {
      throw .newerRecord(position: position, schema: schema)
    } catch {
      throw .unreadableRecord(position: position, reason: "\(error)")
    }
  }

  /// What the first event says that its key is committed to stands in the clear, so that a false key is known before it
  /// opens anything.
  private func checkCommitment(_ record: [UInt8], _ position: Int, _ key: SealingKey) throws(ProofError) {
    let commitment: [UInt8]?
    do { commitment = try RecordCoding.seal(of: record).keyCommitment } catch RecordError.newerSchema(let schema) {
      throw .newerRecord(position: position, schema: schema)
    } catch {
      commitment = nil
    }
    guard let commitment else { throw .noReceipt(position: position) }
    guard commitment == key.commitment else { throw .keyNotCommitted }
  }

  /// Slot n belongs to case n.
  private func checkSlot(_ first: ProvedEvents.Event, _ proof: EventsProof) throws(ProofError) {
    if let disclosed = proof.disclosed, UInt64(exactly: disclosed.slot) != first.number {
      throw .otherSlot(named: disclosed.slot, recorded: first.number)
    }
  }

  /// The receipt, as a rule the first event, says the code of the case.
  private func checkCode(
    _ events: [ProvedEvents.Event], _ first: ProvedEvents.Event, _ proof: EventsProof
  ) throws(ProofError) {
    var code: String?
    for event in events { if case .received(let facts) = event.event.body { code = facts.code } }
    guard let code else { throw .noReceipt(position: first.position) }
    guard code.utf8.elementsEqual(proof.code.utf8) else { throw .otherCode(named: proof.code, recorded: code) }
  }

  private func sealingKey(_ disclosed: DisclosedKey) throws(ProofError) -> SealingKey {
    guard let bytes = Base64.decode(disclosed.key), let key = SealingKey(bytes: bytes) else { throw .unexpected("key") }
    return key
  }

  private func hashes(_ texts: [String], _ place: String) throws(ProofError) -> [Hash] {
    var hashes: [Hash] = []
    for (index, text) in texts.enumerated() {
      guard let hash = Hash(base64: text) else { throw .unexpected("\(place)[\(index)]") }
      hashes.append(hash)
    }
    return hashes
  }
}
