/// The right edge of a tree: the roots of its complete subtrees, O(log n) hashes, enough to append and to know the
/// root.
public struct Frontier: Hashable, Sendable {
  /// The number of leaves.
  public private(set) var size: UInt64 = 0
  /// The roots of the complete subtrees from the largest, on the left, to the smallest: one per bit set in `size`.
  public private(set) var peaks: [Hash] = []

  /// The frontier of the tree without leaves.
  public init() {}

  /// The frontier of a tree of so many leaves whose nodes can be looked up.
  public init(size: UInt64, node: MerkleTree.NodeLookup) rethrows {
    self.size = size
    for level in stride(from: UInt64.bitWidth - 1, through: 0, by: -1) where size >> UInt64(level) & 1 == 1 {
      peaks.append(try node(level, (size >> UInt64(level)) - 1))
    }
  }

  /// Nil unless the bytes are exactly what `encoded` gives: a size and as many peaks as it has bits set.
  public init?(encoded: Span<UInt8>) {
    guard encoded.count >= 8 else { return nil }
    size = encoded.word(at: 0)
    guard encoded.count == 8 + size.nonzeroBitCount * Hash.size else { return nil }
    for offset in stride(from: 8, to: encoded.count, by: Hash.size) {
      guard let peak = Hash(bytes: encoded.extracting(offset..<offset + Hash.size)) else { return nil }
      peaks.append(peak)
    }
  }

  /// Nil unless the bytes are exactly what `encoded` gives: a size and as many peaks as it has bits set.
  public init?(encoded: [UInt8]) {
    self.init(encoded: encoded.span)
  }

  /// The size in 8 bytes, big-endian, then the peaks, 32 bytes each.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + peaks.count * Hash.size)
    bytes.append(bigEndian: size)
    for peak in peaks { peak.append(to: &bytes) }
    return bytes
  }

  /// The root over all leaves, from one hash for each peak.
  public var root: Hash {
    guard let smallest = peaks.last else { return MerkleTree.emptyRoot }
    return peaks.dropLast().reversed().reduce(smallest) { MerkleTree.nodeHash($1, $0) }
  }

  /// Adds a leaf, and returns the roots of the larger subtrees that it completes: of 2 leaves, of 4, and so on.
  @discardableResult
  public mutating func append(_ leaf: Hash) -> [Hash] {
    var hash = leaf
    var completed: [Hash] = []
    // Each bit set at the low end of the size is a complete subtree as large as the one just completed.
    let rise = (~size).trailingZeroBitCount
    if rise > 0 { completed.reserveCapacity(rise) }
    for _ in 0..<rise {
      hash = MerkleTree.nodeHash(peaks.removeLast(), hash)
      completed.append(hash)
    }
    peaks.append(hash)
    size += 1
    return completed
  }
}
