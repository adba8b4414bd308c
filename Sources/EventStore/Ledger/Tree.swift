public import MerkleTree

import EventSourcing
import LMDB

extension EventStore {
  /// Lends the nodes of the ledger's tree: leaves from the ledger, inner nodes from the views. As many look-ups as a
  /// proof has hashes, and no walk.
  ///
  /// - Parameter body: gets the position of the views as the tree's size, and a look-up that is valid only inside it.
  public func withTree<R>(_ body: (_ size: UInt64, _ node: MerkleTree.NodeLookup) throws -> R) throws -> R {
    let views = views
    let transaction = try views.environment.beginRead()
    let size = try views.position(transaction).rawValue
    return try body(size) { level, index in try Self.node(level, index, ledger, views, transaction) }
  }

  /// The root over the first so many events; throws `StoreError.unexpected` when the views have not seen them all.
  public func root(ofSize size: UInt64) throws -> Hash { try tree(ofSize: size).root }

  /// The tree over the first so many events; throws as `root(ofSize:)` does.
  public func tree(ofSize size: UInt64) throws -> Frontier {
    try withTree { reached, node in
      guard size <= reached else { throw StoreError.unexpected("the views have not seen event \(size) yet") }
      return try Frontier(size: size, node: node)
    }
  }

  /// The tree over the events that the views have seen, found again from its nodes.
  static func frontier(
    _ ledger: Ledger, _ views: Views, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> Frontier {
    try Frontier(size: try views.position(transaction).rawValue) { level, index in
      try node(level, index, ledger, views, transaction)
    }
  }

  static func node(
    _ level: Int, _ index: UInt64, _ ledger: Ledger, _ views: Views, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> Hash {
    let end = (index + 1) << UInt64(level)
    let hash =
      level == 0
      ? try ledger.leafHash(at: Position(end)).flatMap { Hash(bytes: $0) }
      : try views.node(level: level, endingAt: end, transaction)
    guard let hash else { throw StoreError.ledgerDamaged(at: Position(end), reason: "its node in the tree is missing") }
    return hash
  }
}
