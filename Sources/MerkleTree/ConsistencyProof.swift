/// Proves that a tree is the beginning of a later one: no leaf was changed or dropped (RFC 9162, section 2.1.4).
public struct ConsistencyProof: Hashable, Sendable {
  /// The number of leaves of the earlier tree.
  public var oldSize: UInt64
  /// The number of leaves of the later tree.
  public var newSize: UInt64
  /// In the order of RFC 9162, section 2.1.4.1.
  public var path: [Hash]

  public init(oldSize: UInt64, newSize: UInt64, path: [Hash]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Whether both roots follow from the path (RFC 9162, section 2.1.4.2).
  ///
  /// The sizes must be those of the checkpoints that the roots are from. An empty tree is the beginning of every tree,
  /// and a tree of the same size must have the same root; both with an empty path.
  public func verifies(oldRoot: Hash, newRoot: Hash) -> Bool {
    guard oldSize <= newSize else { return false }
    if oldSize == newSize {
      return path.isEmpty && oldRoot == newRoot && (oldSize > 0 || oldRoot == MerkleTree.emptyRoot)
    }
    if oldSize == 0 { return path.isEmpty && oldRoot == MerkleTree.emptyRoot }

    // The old tree's last complete subtree needs no hash of its own when it is the whole old tree.
    let hashes = oldSize.nonzeroBitCount == 1 ? [oldRoot] + path : path
    guard let first = hashes.first else { return false }
    let rise = UInt64(oldSize.trailingZeroBitCount)
    var node = (oldSize - 1) >> rise
    var last = (newSize - 1) >> rise
    var old = first
    var new = first
    for hash in hashes.dropFirst() {
      guard last != 0 else { return false }
      if node & 1 == 1 || node == last {
        old = MerkleTree.nodeHash(hash, old)
        new = MerkleTree.nodeHash(hash, new)
        let rise = UInt64(node.trailingZeroBitCount)
        node >>= rise
        last >>= rise
      } else {
        new = MerkleTree.nodeHash(new, hash)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && old == oldRoot && new == newRoot
  }
}

extension MerkleTree {
  /// The proof from the first `oldSize` leaf hashes to all of them; nil when there are not so many.
  public static func consistencyProof(oldSize: Int, leaves: [Hash]) -> ConsistencyProof? {
    guard 0...leaves.count ~= oldSize else { return nil }
    let isTrivial = oldSize == 0 || oldSize == leaves.count
    return ConsistencyProof(
      oldSize: UInt64(oldSize), newSize: UInt64(leaves.count),
      path: isTrivial ? [] : consistencyPath(oldSize, leaves[...], isWholeOldTree: true))
  }

  private static func consistencyPath(
    _ oldSize: Int, _ leaves: ArraySlice<Hash>, isWholeOldTree: Bool
  ) -> [Hash] {
    guard oldSize < leaves.count else { return isWholeOldTree ? [] : [root(of: leaves)] }
    let (left, right) = halves(of: leaves)
    return oldSize <= left.count
      ? consistencyPath(oldSize, left, isWholeOldTree: isWholeOldTree) + [root(of: right)]
      : consistencyPath(oldSize - left.count, right, isWholeOldTree: false) + [root(of: left)]
  }
}
