public import MerkleTree

/// A part of a ledger: records as they are stored, one after the other, with the tree before them and after them, so that
/// it can be checked by itself. `docs/formats/archive.md` has it in bytes.
public struct Segment: Sendable {
  /// A segment that has so many bytes grows no more: the next page of records begins another. Earlier ones may be larger.
  public static let fullBytes = 512 << 10
  /// No segment has so many: what is more is none, and not read to its end.
  public static let bytesMax = 64 << 20

  public let ledger: LedgerMark
  /// The tree over all events before the first record.
  public let before: Frontier
  public let records: [[UInt8]]
  /// The tree that ends with the last record.
  public let after: Frontier

  /// The position of the first record.
  public var first: UInt64 { before.size + 1 }

  /// Why bytes are no segment.
  public enum Fault: Error, Hashable, Sendable {
    /// Cut short, or changed.
    case torn
    /// Of a later release.
    case newer(version: Int)
  }

  /// Reads a segment, and checks all of it: its sum, its records, and the root that they lead to.
  public init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.starts(with: Self.mark) else { throw Self.unknown(bytes) }
    // The sum is over everything before it, so that nothing of what it covers is believed before it holds.
    let end = bytes.count - Hash.size
    guard end > Self.headBytes, MerkleTree.leafHash(Array(bytes[..<end])).bytes.elementsEqual(bytes[end...]) else {
      throw .torn
    }
    var cursor = Cursor(bytes: bytes, at: Self.mark.count, end: end - Self.tailBytes)
    let demo = bytes[Self.mark.count + LedgerMark.idBytes]
    guard let id = cursor.take(LedgerMark.idBytes), demo <= 1, cursor.take(8) != nil,
      let ledger = LedgerMark(id: id, isDemo: demo == 1), let size = cursor.peek(8).map({ Self.number($0) }),
      size < 1 << 62,
      let before = cursor.take(8 + size.nonzeroBitCount * Hash.size).flatMap({ Frontier(encoded: $0) })
    else { throw .torn }
    self.ledger = ledger
    self.before = before
    var (records, tree): ([[UInt8]], Frontier) = ([], before)
    while let length = cursor.take(4).map({ Int(Self.number($0)) }) {
      guard let record = cursor.take(length) else { throw .torn }
      tree.append(MerkleTree.leafHash(record))
      records.append(record)
    }
    guard cursor.isAtEnd, !records.isEmpty, bytes[cursor.end..<end].elementsEqual(Self.tail(tree)) else {
      throw .torn
    }
    self.records = records
    after = tree
  }

  static let mark = padded("motcua archive 1\n")
  private static let markBeginning = "motcua archive "
  /// The mark, the ledger's id, whether it is a demo's, and the size before it.
  private static let headBytes = mark.count + LedgerMark.idBytes + 8 + 8
  /// The size and the root at the end.
  private static let tailBytes = 8 + Hash.size

  static func tail(_ tree: Frontier) -> [UInt8] { bigEndian(tree.size, bytes: 8) + tree.root.bytes }

  private static func padded(_ text: String) -> [UInt8] {
    Array(text.utf8) + Array(repeating: 0, count: 32 - text.utf8.count)
  }

  private static func unknown(_ bytes: [UInt8]) -> Fault {
    let line = String(decoding: bytes.prefix(mark.count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    guard line.hasPrefix(markBeginning), let version = Int(line.dropFirst(markBeginning.count)), version > 1 else {
      return .torn
    }
    return .newer(version: version)
  }

  private static func number(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  static func bigEndian(_ number: UInt64, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (bytes - 1 - $0))) }
  }

  /// Takes parts of the bytes, one after the other.
  private struct Cursor {
    let bytes: [UInt8]
    var at: Int
    let end: Int

    var isAtEnd: Bool { at == end }

    func peek(_ count: Int) -> [UInt8]? { count <= end - at ? Array(bytes[at..<at + count]) : nil }

    mutating func take(_ count: Int) -> [UInt8]? {
      guard let part = peek(count) else { return nil }
      at += count
      return part
    }
  }
}
