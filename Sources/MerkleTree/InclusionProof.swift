/// Proves that a leaf is in a tree, at an index, by the siblings on the way from the leaf to the root (RFC 9162,
/// section 2.1.3).
public struct InclusionProof: Hashable, Sendable {
  /// Counted from 0.
  public var leafIndex: UInt64
  /// The number of leaves.
  public var treeSize: UInt64
  /// From the leaf's sibling up to the root's child.
  public var path: [Hash]

  public init(leafIndex: UInt64, treeSize: UInt64, path: [Hash]) {
    self.leafIndex = leafIndex
    self.treeSize = treeSize
    self.path = path
  }

  /// Whether the path leads from the leaf to the root (RFC 9162, section 2.1.3.2).
  ///
  /// `treeSize` must be the size in the checkpoint that the root is from: a root alone does not say its tree's size,
  /// and a path can be the same in trees of several sizes.
  public func verifies(leaf: Hash, root: Hash) -> Bool {
    guard leafIndex < treeSize else { return false }
    var node = leafIndex
    var last = treeSize - 1
    var hash = leaf
    for sibling in path {
      guard last != 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = MerkleTree.nodeHash(sibling, hash)
        // A last node without a sibling rises unhashed until it is a right child.
        let rise = UInt64(node.trailingZeroBitCount)
        node >>= rise
        last >>= rise
      } else {
        hash = MerkleTree.nodeHash(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }
}

extension MerkleTree {
  /// The proof for the leaf at `index` in the tree over all the leaf hashes; nil when there is no such leaf.
  public static func inclusionProof(index: Int, leaves: [Hash]) -> InclusionProof? {
    guard leaves.indices.contains(index) else { return nil }
    return InclusionProof(
      leafIndex: UInt64(index), treeSize: UInt64(leaves.count), path: inclusionPath(index, leaves[...]))
  }

  private static func inclusionPath(_ index: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
    guard leaves.count > 1 else { return [] }
    let (left, right) = halves(of: leaves)
    return index < right.startIndex
      ? inclusionPath(index, left) + [root(of: right)]
      : inclusionPath(index, right) + [root(of: left)]
  }
}
