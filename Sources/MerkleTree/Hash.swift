import Crypto

/// A SHA-256 hash of 32 bytes: a leaf, an inner node or the root of a tree.
public struct Hash: Hashable, Sendable, CustomStringConvertible {
  /// In bytes.
  public static let size = 32

  // Four words rather than an array, so that a frontier or a path of hashes is one piece of memory.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Nil unless there are exactly 32 bytes.
  public init?(bytes: Span<UInt8>) {
    guard bytes.count == Hash.size else { return nil }
    words = (bytes.word(at: 0), bytes.word(at: 8), bytes.word(at: 16), bytes.word(at: 24))
  }

  /// Nil unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    self.init(bytes: bytes.span)
  }

  /// Nil unless the text is 64 hexadecimal digits, of either case.
  public init?(hex: String) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// Nil unless the text is 32 bytes in the canonical, padded base64 of RFC 4648, section 4.
  public init?(base64: String) {
    guard let bytes = Base64.decode(base64) else { return nil }
    self.init(bytes: bytes)
  }

  init(_ digest: SHA256Digest) {
    words = digest.withUnsafeBytes { bytes in
      let span = bytes.bindMemory(to: UInt8.self).span
      return (span.word(at: 0), span.word(at: 8), span.word(at: 16), span.word(at: 24))
    }
  }

  public var bytes: [UInt8] { withUnsafeBytes(of: bigEndianWords) { [UInt8]($0) } }

  /// 64 lower-case digits.
  public var hex: String { Hex.encode(bytes) }
  public var base64: String { Base64.encode(bytes) }
  public var description: String { hex }

  /// Appends the 32 bytes, without an array of their own.
  public func append(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: bigEndianWords) { bytes.append(contentsOf: $0) }
  }

  /// Writes the 32 bytes from an offset on.
  func store(in bytes: inout MutableRawSpan, at offset: Int) {
    bytes.storeBytes(of: words.0.bigEndian, toByteOffset: offset, as: UInt64.self)
    bytes.storeBytes(of: words.1.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    bytes.storeBytes(of: words.2.bigEndian, toByteOffset: offset + 16, as: UInt64.self)
    bytes.storeBytes(of: words.3.bigEndian, toByteOffset: offset + 24, as: UInt64.self)
  }

  private var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
    (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
  }

  public static func == (left: Hash, right: Hash) -> Bool {
    left.words == right.words
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension Span<UInt8> {
  /// The 8 bytes from an offset as a big-endian number.
  func word(at offset: Int) -> UInt64 {
    extracting(offset..<offset + 8).withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
  }
}

extension [UInt8] {
  mutating func append(bigEndian word: UInt64) {
    Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
  }
}
