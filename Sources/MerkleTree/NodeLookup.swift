// The same roots and proofs as over an array of leaves, by O(log n) look-ups of nodes that the caller stores. What a
// look-up throws is thrown on.
extension MerkleTree {
  /// The root of the tree of the first `size` leaves whose nodes can be looked up.
  ///
  /// Nodes may exist beyond `size`: only those are looked up that lie wholly within it. At most 64 look-ups.
  public static func root(size: UInt64, node: NodeLookup) rethrows -> Hash {
    try root(of: 0..<size, node)
  }

  /// The proof for the leaf at `index` in the tree of the first `size` leaves; nil when there is no such leaf.
  ///
  /// At most 127 look-ups, and about the logarithm of `size` in practice.
  public static func inclusionProof(
    index: UInt64, size: UInt64, node: NodeLookup
  ) rethrows -> InclusionProof? {
    guard index < size else { return nil }
    var siblings: [Hash] = []
    var range = 0..<size
    while range.upperBound - range.lowerBound > 1 {
      let (left, right) = halves(of: range)
      let isLeft = index < right.lowerBound
      siblings.append(try root(of: isLeft ? right : left, node))
      range = isLeft ? left : right
    }
    return InclusionProof(leafIndex: index, treeSize: size, path: siblings.reversed())
  }

  /// The proof from the tree of the first `oldSize` leaves to that of the first `newSize`; nil when the old one is
  /// larger.
  ///
  /// At most 127 look-ups, and about the logarithm of `newSize` in practice.
  public static func consistencyProof(
    oldSize: UInt64, newSize: UInt64, node: NodeLookup
  ) rethrows -> ConsistencyProof? {
    guard oldSize <= newSize else { return nil }
    var hashes: [Hash] = []
    if oldSize > 0, oldSize < newSize {
      var range = 0..<newSize
      while oldSize < range.upperBound {
        let (left, right) = halves(of: range)
        let isLeft = oldSize <= left.upperBound
        hashes.append(try root(of: isLeft ? right : left, node))
        range = isLeft ? left : right
      }
      // After a right branch the range is only a part of the old tree, so the proof has to name the range's hash.
      if range.lowerBound > 0 { hashes.append(try root(of: range, node)) }
    }
    return ConsistencyProof(oldSize: oldSize, newSize: newSize, path: hashes.reversed())
  }

  /// The root over a range of leaves, which must begin where a subtree of its size or larger begins, as halves do.
  private static func root(of range: Range<UInt64>, _ node: NodeLookup) rethrows -> Hash {
    var peaks: [Hash] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let level = UInt64.bitWidth - 1 - (range.upperBound - start).leadingZeroBitCount
      peaks.append(try node(level, start >> UInt64(level)))
      start += 1 << UInt64(level)
    }
    guard let smallest = peaks.last else { return emptyRoot }
    return peaks.dropLast().reversed().reduce(smallest) { nodeHash($1, $0) }
  }

  /// Two leaves or more, split at the largest power of two less than their number.
  private static func halves(of range: Range<UInt64>) -> (left: Range<UInt64>, right: Range<UInt64>) {
    let level = UInt64.bitWidth - 1 - (range.upperBound - range.lowerBound - 1).leadingZeroBitCount
    let middle = range.lowerBound + (1 << UInt64(level))
    return (range.lowerBound..<middle, middle..<range.upperBound)
  }
}
