public import EventSourcing

public import LMDB
import MerkleTree

/// Views that are built from a ledger aside, event by event, so that other views can be compared with them. The ledger
/// is checked on the way.
public final class Replay {
  public let views: Views
  private let ledger: Ledger
  private let walk: LedgerWalk
  private static let blocksPerCommit = 10

  /// - Parameter path: an empty directory.
  public init(of ledger: Ledger, at path: String, tables: [String]) throws(StoreError) {
    self.ledger = ledger
    walk = try LedgerWalk(ledger)
    views = try asStoreError { try Views(path, number: 0, tables: tables) }
  }

  /// The last event that was applied.
  public var position: Position { walk.position }
  /// How many checkpoints were checked against the tree.
  public var checkpoints: Int { walk.checkpoints }
  /// The root over the events up to that position, in base64.
  public var rootText: String { walk.tree.root.base64 }

  /// Applies one record to the projections, and returns its key.
  public typealias Apply = (
    _ record: [UInt8], _ position: Position, _ views: borrowing WriteTransaction
  ) throws -> Views.RecordKey

  /// Applies the events up to a position, or to the end of the ledger.
  ///
  /// - Parameters:
  ///   - announce: told where each block begins, before it is read; throws to give up.
  ///   - apply: throws what is wrong with a record.
  /// - Throws: `LedgerFault`, `StoreError`, or what the closures throw.
  public func advance(
    to end: Position? = nil, announce: (Position) throws -> Void, _ apply: Apply
  ) throws {
    while true {
      let transaction = try views.environment.beginWrite()
      var last: Ledger.Entry?
      for _ in 0..<Self.blocksPerCommit {
        let block = try walk.next(to: end, announce: announce)
        for checked in block { try take(checked, apply, transaction) }
        guard let entry = block.last?.entry else { break }
        last = entry
      }
      guard let last else { return }
      try views.advance(to: last.position, leaf: last.leaf.bytes, transaction)
      try transaction.commit()
    }
  }

  /// Applies all events to the end of the ledger, and checks every issued checkpoint against them.
  ///
  /// - Throws: as `advance`.
  public func finish(announce: (Position) throws -> Void, _ apply: Apply) throws {
    let issued = try ledger.checkpoints()
    try advance(announce: announce, apply)
    let transaction = try views.environment.beginRead()
    try walk.checkOthers(issued) { level, index in
      try EventStore.node(level, index, ledger, views, transaction)
    }
  }

  @available(*, noasync)
  private func take(
    _ checked: LedgerWalk.Checked, _ apply: Apply, _ transaction: borrowing WriteTransaction
  ) throws {
    let entry = checked.entry
    let key = try apply(entry.record, entry.position, transaction)
    let expected = try views.version(of: key.stream, transaction).next
    guard key.version == expected else {
      throw LedgerFault(entry.position, .version(stream: key.stream, expected: expected, found: key.version))
    }
    try views.index(key, at: entry.position, completing: checked.completed, transaction)
  }
}
