public import MerkleTree

import EventSourcing
import LMDB
import Synchronization

/// Replaces a ledger without cases by another ledger's records, in blocks.
///
/// From the first commit to the last the ledger bears the mark `importing` in `meta`, with the id and the demo mark
/// that it had before. A start that finds the mark empties the ledger again, so that none stays half imported.
extension EventStore {
  /// Empties the ledger and gives it the other one's id and demo mark. The views are not believed from here on, until
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

  /// Stores the other ledger's checkpoints and ends the import, in one commit.
  ///
  /// - Throws: `CommitError`, after which nothing more may be written.
  public func finishImport(checkpoints: [IssuedCheckpoint]) throws {
    try ledger.finishImport(checkpoints: checkpoints)
  }

  /// Takes an import back: empties the ledger and gives it back its own id and demo mark. Without an import it does
  /// nothing.
  public func abandonImport() throws {
    if try ledger.isImporting() { try ledger.abandonImport() }
  }
}

extension Ledger {
  private static let importing = Array("importing".utf8)

  /// Whether an import is under way, or was broken off.
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
      try transaction.put(meta, Ledger.headKey, head.encoded)
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
    try transaction.put(meta, Ledger.headKey, Frontier().encoded)
  }

  /// One durable commit.
  private func write(_ body: (borrowing WriteTransaction) throws(LMDBError) -> Void) throws(CommitError) {
    let transaction: WriteTransaction
    do throws(LMDBError) { transaction = try environment.beginWrite() } catch { throw .nothingWritten(error) }
    do throws(LMDBError) { try body(transaction) } catch { throw .nothingWritten(error) }
    do throws(LMDBError) { try transaction.commit() } catch { throw .outcomeUnknown(error) }
  }
}
