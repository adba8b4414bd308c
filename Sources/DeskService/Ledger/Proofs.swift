import Desk
import DeskViews
public import EventSourcing
public import EventStore
import LMDB
public import MerkleTree
public import Sealing

/// One event of a case as it is stored, with the way from its leaf to the root.
public struct ProvedEvent: Hashable, Sendable {
  public var position: Position
  public var record: [UInt8]
  public var path: [Hash]
}

/// What is proved of one case, and under which checkpoint.
public struct CaseProof: Sendable {
  public var code: String
  public var number: UInt64
  public var checkpoint: IssuedCheckpoint
  /// Disclosed on request; nil otherwise.
  public var key: SealingKey?
}

extension DeskService {
  /// Finds the checkpoint that covers a case, and signs a new one where the newest does not and whoever asks may have that.
  ///
  /// Signing keeps a checkpoint for ever, and waits for the writer: call it off the pool.
  ///
  /// - Parameters:
  ///   - note: a checkpoint that was issued earlier, which the proof is to be made against.
  ///   - discloses: whether the case's sealing key goes with it.
  ///   - signs: whether a new checkpoint may be signed for it.
  public func proof(
    of typed: String, against note: String?, discloses: Bool, signs: Bool, signedBy key: NoteSigningKey?
  ) throws -> CaseProof {
    let row = try find(typed)
    let code = row.state.reception?.facts.code ?? typed
    let views = store.views
    let last = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(of: row.number, transaction).last ?? .start
    }
    if discloses, let erasure = row.state.erasure {
      throw Rejection.caseErased(code: code, at: erasure.at, basis: erasure.basis)
    }
    var issued = try note.map { try issuedCheckpoint($0) } ?? newestCheckpoint()
    if note == nil, (issued?.checkpoint.size ?? 0) < last.rawValue {
      // Without a key nobody could sign, which says more than who may.
      guard signs || key == nil else {
        throw CheckpointRefusal.notYet(code: code, position: last, size: issued?.checkpoint.size ?? 0)
      }
      issued = try checkpoint(signedBy: key)
    }
    guard let issued else { throw CheckpointRefusal.noSigningKey }
    guard last.rawValue <= issued.checkpoint.size else {
      throw CheckpointRefusal.tooOld(code: code, position: last, size: issued.checkpoint.size)
    }
    let sealing = discloses ? try store.keys.key(row.number) : nil
    if discloses, sealing == nil { throw Rejection.keyNotHere(code: code) }
    return CaseProof(code: code, number: row.number, checkpoint: issued, key: sealing)
  }

  /// The events of a proof from a version on: at most `limit`, and no more than `bytesMax` bytes of records but where one
  /// alone has more. As many look-ups as their paths have hashes.
  ///
  /// - Returns: the events, and whether no others follow.
  public func provedEvents(
    _ proof: CaseProof, from version: Version, limit: Int, bytesMax: Int
  ) throws -> (events: [ProvedEvent], isLast: Bool) {
    let views = store.views
    let size = proof.checkpoint.checkpoint.size
    let positions = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(of: proof.number, from: version, limit: limit, transaction)
    }
    let covered = positions.filter { $0.rawValue <= size }
    let events = try store.withTree { _, node in
      var (events, bytes): ([ProvedEvent], Int) = ([], 0)
      for position in covered {
        guard let record = try store.ledger.record(at: position),
          let proof = try MerkleTree.inclusionProof(index: position.rawValue - 1, size: size, node: node)
        else { throw StoreError.ledgerDamaged(at: position, reason: "it is missing") }
        bytes += record.count
        if bytes > bytesMax, !events.isEmpty { break }
        events.append(ProvedEvent(position: position, record: record, path: proof.path))
      }
      return events
    }
    return (events, events.count == covered.count && covered.count < limit)
  }

  /// That the ledger of one issued checkpoint continues that of an older one.
  public func consistency(
    from old: String, to new: String?
  ) throws -> (old: IssuedCheckpoint, new: IssuedCheckpoint, path: [Hash]) {
    let old = try issuedCheckpoint(old)
    guard let new = try new.map({ try issuedCheckpoint($0) }) ?? newestCheckpoint() else {
      throw CheckpointRefusal.noSigningKey
    }
    let (oldSize, newSize) = (old.checkpoint.size, new.checkpoint.size)
    let proof = try store.withTree { _, node in
      try MerkleTree.consistencyProof(oldSize: oldSize, newSize: newSize, node: node)
    }
    guard let proof else { throw CheckpointRefusal.unknown(origin: old.checkpoint.origin, size: oldSize) }
    return (old, new, proof.path)
  }
}
