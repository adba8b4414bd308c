public import MerkleTree

import EventSourcing
import LMDB

/// The ledger that a restoration makes aside, as records are added to it that were kept elsewhere. Nobody else works on it.
public final class StagedLedger {
  private let ledger: Ledger
  private let isNew: Bool
  /// The tree over all of its events.
  public private(set) var tree: Frontier
  /// Goes along with the sizes of which the tree was asked for.
  private var walk: LedgerWalk?

  public var id: [UInt8] { ledger.id }
  public var isDemo: Bool { ledger.isDemo }

  /// Opens what `Restoration.stage` has put there, which was verified.
  public init(_ restoration: Restoration) throws(StoreError) {
    ledger = try asStoreError { try Ledger(restoration.stagedLedger) }
    isNew = false
    tree = try ledger.head()
  }

  /// Makes an empty one of that name.
  public init(_ restoration: Restoration, id: [UInt8], isDemo: Bool) throws(StoreError) {
    ledger = try Self.writing {
      try Ledger.create(restoration.stagedLedger, isDemo: isDemo)
      let ledger = try Ledger(restoration.stagedLedger)
      // Until `finish` it bears the mark of an import, by which half a ledger is known.
      try ledger.beginImport(id: id, isDemo: isDemo)
      return ledger
    }
    isNew = true
    tree = Frontier()
  }

  /// Adds records, in one durable commit.
  public func append(_ records: [[UInt8]]) throws(StoreError) {
    if records.isEmpty { return }
    tree = try Self.writing { try ledger.importRecords(records) }
  }

  /// The tree over the first so many events; nil where there are fewer. Sizes are asked for in ascending order.
  public func tree(ofSize size: UInt64) throws -> Frontier? {
    let walk = try walk ?? LedgerWalk(ledger)
    self.walk = walk
    while walk.tree.size < size, try !walk.next(to: Position(size), announce: { _ in }).isEmpty {}
    return walk.tree.size == size ? walk.tree : nil
  }

  public func finish() throws(StoreError) {
    if isNew { try Self.writing { try ledger.finishImport(checkpoints: []) } }
  }

  /// A commit that fails is the disk's failure: nothing of what lies aside is believed after it.
  private static func writing<R>(_ body: () throws -> R) throws(StoreError) -> R {
    try asStoreError {
      do { return try body() } catch let error as CommitError {
        switch error {
        case .nothingWritten(let error), .outcomeUnknown(let error), .viewsLost(let error):
          throw StoreError.storage(error)
        case .mapFull(let map): throw StoreError.mapFull(map, bytes: EventStore.mapBytesDefault)
        }
      }
    }
  }
}
