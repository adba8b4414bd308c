public import MerkleTree

/// Makes a segment, record by record.
public struct SegmentWriter: Sendable {
  public let ledger: LedgerMark
  private let before: Frontier
  /// The tree that ends with the last record so far.
  public private(set) var tree: Frontier
  private var bytes: [UInt8]

  /// - Parameter tree: over everything before the first record.
  public init(of ledger: LedgerMark, after tree: Frontier) {
    self.ledger = ledger
    before = tree
    self.tree = tree
    bytes =
      Segment.mark + ledger.id + [ledger.isDemo ? 1 : 0] + Array(repeating: 0, count: 7) + tree.encoded
  }

  /// Goes on with a segment, which was hashed when it was read.
  public init(continuing segment: Segment) {
    self.init(of: segment.ledger, after: segment.before)
    for record in segment.records { add(record) }
    tree = segment.after
  }

  public mutating func append(_ record: [UInt8]) {
    add(record)
    tree.append(MerkleTree.leafHash(record))
  }

  private mutating func add(_ record: [UInt8]) {
    bytes += Segment.bigEndian(UInt64(record.count), bytes: 4)
    bytes += record
  }

  public var isEmpty: Bool { tree.size == before.size }

  /// How much it has by now.
  public var count: Int { bytes.count }

  /// What its file is called.
  public var name: String { SegmentName.text(first: before.size + 1) }

  /// The whole segment.
  public func finished() -> [UInt8] {
    let body = bytes + Segment.tail(tree)
    return body + MerkleTree.leafHash(body).bytes
  }
}
