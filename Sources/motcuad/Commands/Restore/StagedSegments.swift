import EventStore
import LedgerArchive
import MerkleTree

/// Adds segments to the ledger that lies aside, or makes it of them: several small ones in one commit, because each costs
/// a flush.
final class StagedSegments {
  /// So many bytes of records make a commit.
  private static let commitBytes = 4 << 20

  private let restoration: Restoration
  private let archive: String
  private var ledger: StagedLedger?
  private var records: [[UInt8]] = []
  private var bytes = 0
  /// The tree that ends with the records that are not in the ledger yet.
  private var after: Frontier?

  /// - Parameter archive: what it is called.
  init(_ restoration: Restoration, after base: StagedLedger?, of archive: String) {
    (self.restoration, self.archive, ledger) = (restoration, archive, base)
  }

  /// How many events there are.
  var size: UInt64 { after?.size ?? ledger?.tree.size ?? 0 }

  /// Adds what is lacking of a segment; those before it were added.
  ///
  /// - Returns: false when nothing is lacking.
  func add(_ segment: Segment) throws -> Bool {
    if ledger == nil { ledger = try StagedLedger(restoration, id: segment.ledger.id, isDemo: segment.ledger.isDemo) }
    guard segment.after.size > size else { return false }
    for record in segment.records.dropFirst(Int(size - segment.before.size)) {
      records.append(record)
      bytes += record.count
    }
    after = segment.after
    if bytes >= Self.commitBytes { try flush() }
    return true
  }

  func finish() throws {
    try flush()
    try ledger?.finish()
  }

  private func flush() throws {
    guard let ledger, let after else { return }
    let size = ledger.tree.size
    try ledger.append(records)
    (records, bytes, self.after) = ([], 0, nil)
    guard ledger.tree == after else { throw RestoreRefusal.archiveOfOtherHistory(archive, size: size) }
  }
}
