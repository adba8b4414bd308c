public import Desk
public import EventSourcing
public import EventStore
import LMDB
import Synchronization
public import MerkleTree

/// Why a checkpoint or a proof cannot be made.
public enum CheckpointRefusal: Error, Hashable, Sendable {
  case noSigningKey
  /// Not one that this ledger issued: another origin, key or root.
  case unknown(origin: String, size: UInt64)
  /// The case has an event beyond the checkpoint.
  case tooOld(code: String, position: Position, size: UInt64)
  /// The case has an event beyond the newest checkpoint, which ends at `size` (0: there is none), and whoever asks signs none.
  case notYet(code: String, position: Position, size: UInt64)
  /// The ledger is not a continuation of the checkpoint of that size.
  case historyChanged(size: UInt64)
  /// Nobody knows what the key has signed before: there is no record of it.
  case noSignedHead(key: String, record: String)
  /// What earlier keys have signed of lost events is not known, so that they sign nothing any more.
  case newKeyNeeded(key: String)
  /// The key has signed at that size, or at a greater one, another tree.
  case signedFurther(key: String, signed: UInt64, size: UInt64)
  /// The record of what was signed cannot be read or written.
  case recordUnusable(path: String, reason: Text)
}

extension DeskService {
  /// The current tree head, signed; an unchanged ledger gives the note that was issued before.
  ///
  /// A key never signs a size again with another root, nor a smaller one. What it signs is in the record of signed heads,
  /// durably, before anybody gets to see it.
  ///
  /// Waits for the writer: call it off the pool.
  ///
  /// - Throws: `CheckpointRefusal`: `historyChanged` when the ledger does not continue every checkpoint that was issued
  ///   last; nothing is signed then, so that no history is ever vouched for that contradicts an earlier one.
  public func checkpoint(signedBy key: NoteSigningKey?) throws -> IssuedCheckpoint {
    guard let key, let heads = apart?.heads else { throw CheckpointRefusal.noSigningKey }
    try settleSignedHeads(for: key.verifierKey)
    // It says nothing of the time. But a loss that waits for the clock is in no tree yet, and must be in this one.
    let waits = writer.owed.withLock { $0.loss != nil }
    return try betweenCommits(needsClock: waits) { [store, rules] in
      let head = try store.ledger.head()
      // The last of any key, and the last of this one: whoever rewrote the history could have signed with another.
      let own = try store.ledger.lastCheckpoint(signedBy: key.verifierKey)
      for text in try [own].compactMap(\.self) + store.ledger.checkpoints(ofSize: nil) {
        guard let issued = try? IssuedCheckpoint(kept: text) else {
          throw CheckpointRefusal.historyChanged(size: head.size)
        }
        try Self.require(head, toContinue: issued.checkpoint.size, issued.checkpoint.root, store)
      }
      let last = try own.map { try IssuedCheckpoint(kept: $0) }
      if let last, let lastBreak = rules.office.lastBreak, last.checkpoint.size < lastBreak.rawValue {
        throw CheckpointRefusal.newKeyNeeded(key: key.verifierKey.description)
      }
      let predecessor = try Self.recordHead(head, of: key.verifierKey, in: heads, store, rules)
      if let last, last.checkpoint.size == head.size { return last }
      let issued = try IssuedCheckpoint(of: head, signedBy: key, following: predecessor)
      // Kept before it is handed out: what was published can be proved from, and is checked for ever.
      var batch = try store.beginBatch()
      batch.keep(checkpoint: issued.kept, ofSize: head.size, keyID: key.verifierKey.keyID)
      // It has no events, of which the views would have to know.
      try batch.commit(.behind) { _ throws(LMDBError) in }
      return issued
    }
  }

  /// The one that this ledger issued and that a note says.
  public func issuedCheckpoint(_ note: String) throws -> IssuedCheckpoint {
    let signed = try? SignedNote(parsing: note)
    let checkpoint = signed.flatMap { try? Checkpoint(text: $0.text) }
    guard let signed, let checkpoint else { throw CheckpointRefusal.unknown(origin: "", size: 0) }
    for text in try store.ledger.checkpoints(ofSize: checkpoint.size) {
      if let issued = try? IssuedCheckpoint(kept: text), issued.checkpoint == checkpoint,
        (try? signed.verify(with: [issued.verifierKey])) != nil
      {
        return issued
      }
    }
    throw CheckpointRefusal.unknown(origin: checkpoint.origin, size: checkpoint.size)
  }

  public func newestCheckpoint() throws -> IssuedCheckpoint? {
    try store.ledger.checkpoints(ofSize: nil).last.map { try IssuedCheckpoint(kept: $0) }
  }
}
