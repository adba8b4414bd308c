public import Desk
import DeskRecords
import DeskViews
import EventSourcing
import LMDB
public import EventStore
import Glibc
public import MerkleTree

extension DeskService {
  /// Checks the ledger against what lies outside of it, unless somebody has accepted it as it is and that is not
  /// recorded yet.
  ///
  /// - Throws: `StoreError` when the ledger lacks what was signed, what was restored, or everything.
  static func requireWhole(_ store: EventStore, _ apart: Apart?, _ rules: Rules, report: (String) -> Void) throws {
    guard let apart else { return }
    do throws(ErasureList.Fault) { _ = try apart.erasures.entries() } catch {
      // A list that is there and cannot be opened may have erasures that this ledger lacks, and what was erased could
      // be read: so nobody is let in.
      if case .file(let error) = error, error.code != ENOTDIR { throw StoreError.file(error) }
    }
    guard try pendingLoss(store, rules) == nil else { return }
    let views = store.views
    let last = try views.environment.read { transaction throws(LMDBError) in try views.lastStream(transaction) }
    // Nothing was ever erased in a ledger without a case.
    if last == 0, rules.office.lastLoss == nil, !apart.erasures.readable().isEmpty {
      throw StoreError.ledgerLost(path: store.directory + "/ledger", known: try apart.known())
    }
    let record: SignedHeads?
    do throws(SignedHeadsError) { record = try apart.heads.read() } catch {
      return report("whether the ledger has everything that was signed of it cannot be told: \(error.text.en)")
    }
    guard let record else {
      if try store.ledger.hasSignedHeadsMark(), try !store.ledger.checkpoints().isEmpty {
        report(
          "there is no record of what was signed and restored (\(apart.heads.path)): an older state of the ledger could not be told from the newest"
        )
      }
      return
    }
    try store.requireSigned(record)
    guard let floor = record.floor else { return }
    if floor.serial > rules.office.greatestFloor {
      // A floor that is not said was left by a restore that was given up, and stands in no ledger.
      if floor.isSaid { throw StoreError.ledgerBehindRestore(known: apart.heads.path) }
    } else if !floor.isSaid {
      try apart.heads.change { $0.floor?.isSaid = true }
    }
  }

  /// A loss that was accepted and does not stand in the ledger yet.
  static func pendingLoss(_ store: EventStore, _ rules: Rules) throws -> AcceptedLoss? {
    guard let loss = try store.acceptedLoss() else { return nil }
    guard try rules.isDone(.restore(Restored(loss))) || isOfAnother(loss, store) else { return loss }
    try store.settleAcceptedLoss()
    return nil
  }

  /// Whether the loss is of another ledger than this: one that is shorter than the accepted one, and has to be checked
  /// anew, or one in which the office has worked since, which it does not before the loss is recorded.
  private static func isOfAnother(_ loss: AcceptedLoss, _ store: EventStore) throws -> Bool {
    if try store.ledger.position() < loss.size { return true }
    return try store.ledger.records(from: loss.size.next, limit: 4096).contains { entry in
      let event = try RecordCoding.current.decode(entry.record, open: { _, _ in nil })
      return event.body.streamKind != .office && !event.isErasure
    }
  }

  /// Makes the record of what was signed from the checkpoints that a ledger of an earlier release keeps, and says so in
  /// the ledger: once, so that a record that is lost is not made again from what may be an older state.
  ///
  /// - Parameter key: the key that signs now. Under that release keys had no record, so a key that has signed nothing
  ///   in this ledger is taken for new.
  /// - Throws: `CheckpointRefusal.recordUnusable`, or what the storage says.
  public func settleSignedHeads(for key: NoteVerifierKey?) throws {
    guard let heads = apart?.heads, try !store.ledger.hasSignedHeadsMark() else { return }
    let kept = try store.ledger.checkpoints().map { try IssuedCheckpoint(kept: $0.text) }
    try Self.change(heads) { record in
      let known = Set(record.heads.map(\.key))
      // In order of size, so that the last of each key stands.
      for issued in kept where !known.contains(issued.verifierKey) {
        record.set(
          issued.verifierKey, size: issued.checkpoint.size, root: issued.checkpoint.root,
          predecessor: issued.checkpoint.predecessor)
      }
      if let key { record.add(key) }
    }
    try markSignedHeads()
  }

  /// Records that the key is about to sign the head, and returns what the checkpoint is to follow.
  ///
  /// - Throws: `CheckpointRefusal` when the key may not sign it.
  static func recordHead(
    _ head: Frontier, of key: NoteVerifierKey, in heads: SignedHeadsFile, _ store: EventStore, _ rules: Rules
  ) throws -> Predecessor? {
    let name = key.description
    var predecessor: Predecessor?
    try change(heads) { record in
      guard let last = record.head(of: key) else {
        throw CheckpointRefusal.noSignedHead(key: name, record: heads.path)
      }
      guard !last.isRetired else { throw CheckpointRefusal.newKeyNeeded(key: name) }
      predecessor = last.predecessor
      // The head must continue what other keys have signed, too, or a new key could sign an older state of the ledger.
      for other in record.expected where other.key != key {
        try require(head, toContinue: other.size, other.root, store)
      }
      if last.size > 0 {
        let further = CheckpointRefusal.signedFurther(key: name, signed: last.size, size: head.size)
        guard last.size <= head.size else { throw further }
        if last.size == head.size { if last.root != head.root { throw further } else { return } }
        // The head continues the tree that was signed last, unless a restore has recorded that tree as lost.
        if last.predecessor != .head(key: key, size: last.size, root: last.root) {
          try require(head, toContinue: last.size, last.root, store)
        }
      } else {
        predecessor = try followed(by: key, record, store, rules)
      }
      record.set(key, size: head.size, root: head.root, predecessor: predecessor)
    }
    return predecessor
  }

  /// - Throws: `CheckpointRefusal.historyChanged` when the ledger's tree does not continue the one of that size and
  ///   root.
  static func require(_ head: Frontier, toContinue size: UInt64, _ root: Hash, _ store: EventStore) throws {
    guard try store.continues(size, root, until: head) else { throw CheckpointRefusal.historyChanged(size: size) }
  }

  /// What a new key follows: a head that is lost, or what the key before it followed; nil where nothing was ever lost.
  private static func followed(
    by key: NoteVerifierKey, _ record: SignedHeads, _ store: EventStore, _ rules: Rules
  ) throws -> Predecessor? {
    if let lastBreak = rules.office.lastBreak { return try lastBefore(key, record, store, since: lastBreak) }
    if let lost = record.lastLost { return .head(key: lost.key, size: lost.size, root: lost.root) }
    return try store.ledger.checkpoints().map { try IssuedCheckpoint(kept: $0.text) }.last { $0.verifierKey != key }?
      .checkpoint.predecessor
  }

  /// What a new key follows after a loss: the greatest head that is known to have been signed by another key.
  private static func lastBefore(
    _ key: NoteVerifierKey, _ record: SignedHeads, _ store: EventStore, since lastBreak: Position
  ) throws -> Predecessor? {
    let kept = try store.ledger.checkpoints().map { try IssuedCheckpoint(kept: $0.text) }.last { $0.verifierKey != key }
    // Another key has signed since the loss; this one follows what that one followed.
    if let kept, kept.checkpoint.size >= lastBreak.rawValue { return kept.checkpoint.predecessor }
    let retired = record.lastRetired
    if let retired, retired.size >= kept?.checkpoint.size ?? 0 {
      return .head(key: retired.key, size: retired.size, root: retired.root)
    }
    guard let kept else { return .unknown }
    return .head(key: kept.verifierKey, size: kept.checkpoint.size, root: kept.checkpoint.root)
  }

  private static func change(_ heads: SignedHeadsFile, _ body: (inout SignedHeads) throws -> Void) throws {
    do { try heads.change(body) } catch let error as SignedHeadsError {
      throw CheckpointRefusal.recordUnusable(path: error.path, reason: error.text)
    }
  }
}

extension SignedHeadsError {
  public var text: Text {
    switch self {
    case .file(let error): Text(vi: error.description, en: error.description)
    case .damaged(let path):
      Text(vi: "\(path): không còn như đã ghi", en: "\(path): not what was written there")
    }
  }
}
