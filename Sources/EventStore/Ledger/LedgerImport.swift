public import MerkleTree

import EventSourcing
import LMDB
import Synchronization

/// Another ledger's records put in the place of a ledger without cases, in blocks.
///
/// From the first commit to the last the ledger bears the mark `importing` in `meta`, with what it was called before: a
/// start that finds the mark empties it again, so that it is never left half.
extension EventStore {
  /// Empties the ledger and gives it the other one's name. The views are not believed from here on, until
  /// `replaceViews`.
  ///
  /// - Throws: `CommitError`, after which nothing more may be written.
  public func beginImport(id: [UInt8], isDemo: Bool) throws {
    try distrustViewsForGood()
    try ledger.beginImport(id: id, isDemo: isDemo)
  }

  /// Appends records and returns the tree over all so far.
  ///
  /// - Throws: `CommitError`, after which nothing more may be written.
  public func importRecords(_ records: [[UInt8]]) throws -> Frontier { try ledger.importRecords(records) }

  /// Keeps the checkpoints and takes the mark away: from here on it is the other ledger.
  public func finishImport(checkpoints: [IssuedCheckpoint]) throws {
    try ledger.finishImport(checkpoints: checkpoints)
  }

  /// Empties the ledger again and gives it back its name.
  public func abandonImport() throws {
    if try ledger.isImporting() { try ledger.abandonImport() }
  }
}

extension Ledger {
  private static let importing = Array("importing".utf8)

  /// Whether another ledger is being put in its place, or that was broken off.
  public func isImporting() throws(StoreError) -> Bool {
    try asStoreError {
      try environment.read { transaction throws(LMDBError) in try transaction.contains(meta, Self.importing) }
    }
  }

  func beginImport(id: [UInt8], isDemo: Bool) throws(CommitError) {
    let before = identity.withLock { $0 }
    try write { transaction throws(LMDBError) in
      try transaction.put(meta, Self.importing, before.id + [before.isDemo ? 1 : 0])
      try self.empty(Identity(id: id, isDemo: isDemo), transaction)
    }
    identity.withLock { $0 = Identity(id: id, isDemo: isDemo) }
  }

  func abandonImport() throws {
    guard
      let before = try environment.read({ transaction throws(LMDBError) in
        try transaction.bytes(meta, Self.importing)
      }), before.count == 17
    else { throw StoreError.ledgerDamaged(at: .start, reason: "the mark of an import cannot be read") }
    let identity = Identity(id: Array(before[..<16]), isDemo: before[16] == 1)
    try write { transaction throws(LMDBError) in
      try self.empty(identity, transaction)
      try transaction.delete(meta, Self.importing)
    }
    self.identity.withLock { $0 = identity }
  }

  func importRecords(_ records: [[UInt8]]) throws -> Frontier {
    var head = try head()
    try write { transaction throws(LMDBError) in
      for record in records {
        let leaf = MerkleTree.leafHash(record)
        head.append(leaf)
        try transaction.append(events, bigEndian(head.size), leaf.bytes + record)
      }
      try transaction.put(meta, Array("head".utf8), head.encoded)
    }
    return head
  }

  func finishImport(checkpoints: [IssuedCheckpoint]) throws(CommitError) {
    try write { transaction throws(LMDBError) in
      for issued in checkpoints {
        let key = Self.checkpointKey(issued.checkpoint.size, issued.verifierKey.keyID)
        try transaction.put(meta, key, Array(issued.kept.utf8))
      }
      try transaction.delete(meta, Self.importing)
    }
  }

  private func empty(_ identity: Identity, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    try transaction.clear(events)
    for row in identity.rows { try transaction.put(meta, Array(row.key.utf8), row.value) }
    try transaction.put(meta, Array("head".utf8), Frontier().encoded)
  }

  /// One durable commit.
  private func write(_ body: (borrowing WriteTransaction) throws(LMDBError) -> Void) throws(CommitError) {
    let transaction: WriteTransaction
    do throws(LMDBError) { transaction = try environment.beginWrite() } catch { throw .nothingWritten(error) }
    do throws(LMDBError) { try body(transaction) } catch { throw .nothingWritten(error) }
    do throws(LMDBError) { try transaction.commit() } catch { throw .outcomeUnknown(error) }
  }
}
