import Crypto

/// The tree of RFC 6962 and RFC 9162 over SHA-256.
public enum MerkleTree {
  /// Looks up the root of a complete subtree of 2^`level` leaves, the `index`-th of its level, counted from 0. At
  /// level 0 that is a leaf hash.
  public typealias NodeLookup = (_ level: Int, _ index: UInt64) throws -> Hash

  // The prefixes keep a leaf from passing for a node.
  private static let leafPrefix: UInt8 = 0x00
  private static let nodePrefix: UInt8 = 0x01

  /// The root of the tree without leaves: the hash of nothing.
  public static let emptyRoot = Hash(SHA256().finalize())

  /// SHA-256(0x00 ‖ record).
  public static func leafHash(_ record: [UInt8]) -> Hash { leafHash(record.span) }

  /// SHA-256(0x00 ‖ record).
  public static func leafHash(_ record: Span<UInt8>) -> Hash {
    var hash = SHA256()
    withUnsafeBytes(of: leafPrefix) { hash.update(bufferPointer: $0) }
    record.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Hash(hash.finalize())
  }

  /// Writes the hash of a record over the 32 bytes before it, and returns it. The prefix that it is hashed with is put in
  /// the last of them, so that both are hashed as one piece.
  public static func hashLeaf(in row: inout [UInt8]) -> Hash {
    precondition(row.count >= Hash.size)
    row[Hash.size - 1] = leafPrefix
    var hash = SHA256()
    row.span.extracting((Hash.size - 1)...).withUnsafeBytes { hash.update(bufferPointer: $0) }
    let leaf = Hash(hash.finalize())
    var span = row.mutableSpan
    var bytes = span.mutableBytes
    leaf.store(in: &bytes, at: 0)
    return leaf
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: Hash, _ right: Hash) -> Hash {
    var input = InlineArray<65, UInt8>(repeating: nodePrefix)
    var span = input.mutableSpan
    var bytes = span.mutableBytes
    left.store(in: &bytes, at: 1)
    right.store(in: &bytes, at: 1 + Hash.size)
    var hash = SHA256()
    input.span.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Hash(hash.finalize())
  }

  /// The root over leaf hashes.
  public static func root(of leaves: [Hash]) -> Hash {
    root(of: leaves[...])
  }

  static func root(of leaves: ArraySlice<Hash>) -> Hash {
    guard let first = leaves.first else { return emptyRoot }
    guard leaves.count > 1 else { return first }
    let (left, right) = halves(of: leaves)
    return nodeHash(root(of: left), root(of: right))
  }

  /// Two leaves or more, split at the largest power of two less than their number.
  static func halves(of leaves: ArraySlice<Hash>) -> (left: ArraySlice<Hash>, right: ArraySlice<Hash>) {
    let power = 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
    return (leaves.prefix(power), leaves.dropFirst(power))
  }
}
