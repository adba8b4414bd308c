import Desk
public import EventSourcing
public import EventStore
import LMDB
public import MerkleTree

/// Why a checkpoint or a proof cannot be made.
public enum CheckpointRefusal: Error, Hashable, Sendable {
  case noSigningKey
  /// Not one that this ledger issued: another origin, key or root.
  case unknown(origin: String, size: UInt64)
  /// The case has an event beyond the checkpoint.
  case tooOld(code: String, position: Position, size: UInt64)
  /// The ledger is not a continuation of the checkpoint of that size.
  case historyChanged(size: UInt64)
}

extension DeskService {
  /// The current tree head, signed; an unchanged ledger gives the note that was issued before.
  ///
  /// Waits for the writer: call it off the pool.
  ///
  /// - Throws: `CheckpointRefusal.historyChanged` when the ledger does not continue every checkpoint that was issued
  ///   last; nothing is signed then, so that no history is ever vouched for that contradicts an earlier one.
  public func checkpoint(signedBy key: NoteSigningKey?) throws -> IssuedCheckpoint {
    guard let key else { throw CheckpointRefusal.noSigningKey }
    return try betweenCommits { [store] in
      let head = try store.ledger.head()
      let kept = try store.ledger.checkpoints()
      if let last = kept.last {
        guard let issued = try? IssuedCheckpoint(kept: last.text),
          try store.withTree({ size, node in
            try size == head.size && last.size <= size
              && MerkleTree.consistencyProof(oldSize: last.size, newSize: size, node: node)?
                .verifies(oldRoot: issued.checkpoint.root, newRoot: head.root) == true
          })
        else { throw CheckpointRefusal.historyChanged(size: last.size) }
        if last.size == head.size,
          let same = kept.compactMap({ try? IssuedCheckpoint(kept: $0.text) })
            .last(where: { $0.checkpoint.size == head.size && $0.verifierKey == key.verifierKey })
        {
          return same
        }
      }
      let issued = try IssuedCheckpoint(of: head, signedBy: key)
      // Kept before it is handed out: what was published can be proved from, and is checked for ever.
      var batch = try store.beginBatch()
      batch.keep(checkpoint: issued.kept, ofSize: head.size, keyID: key.verifierKey.keyID)
      try batch.commit()
      return issued
    }
  }

  /// The one that this ledger issued and that a note says.
  public func issuedCheckpoint(_ note: String) throws -> IssuedCheckpoint {
    let signed = try? SignedNote(parsing: note)
    let checkpoint = signed.flatMap { try? Checkpoint(text: $0.text) }
    guard let signed, let checkpoint else { throw CheckpointRefusal.unknown(origin: "", size: 0) }
    for kept in try store.ledger.checkpoints() where kept.size == checkpoint.size {
      if let issued = try? IssuedCheckpoint(kept: kept.text), issued.checkpoint == checkpoint,
        (try? signed.verify(with: [issued.verifierKey])) != nil
      {
        return issued
      }
    }
    throw CheckpointRefusal.unknown(origin: checkpoint.origin, size: checkpoint.size)
  }

  public func newestCheckpoint() throws -> IssuedCheckpoint? {
    try store.ledger.checkpoints().last.map { try IssuedCheckpoint(kept: $0.text) }
  }
}
