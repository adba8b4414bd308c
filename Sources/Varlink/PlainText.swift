/// Looks for what cannot stand in a JSON string as it is, eight bytes at a time.
enum PlainText {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let high: UInt64 = 0x8080_8080_8080_8080

  /// The first place from `start` on of a control character, a quote or a backslash, or of what is not ASCII; the end where
  /// there is none.
  static func end(in bytes: Span<UInt8>, from start: Int) -> Int {
    end(in: bytes, from: start) { word in marks(word) | word & high }
  }

  /// The same, but what is not ASCII stands as it is.
  static func endOfUnescaped(in bytes: Span<UInt8>, from start: Int) -> Int {
    end(in: bytes, from: start) { word in marks(word) }
  }

  static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    let raw = bytes.bytes
    var index = 0
    while index + 8 <= bytes.count {
      if raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) & high != 0 { return false }
      index += 8
    }
    while index < bytes.count {
      if bytes[index] >= 0x80 { return false }
      index += 1
    }
    return true
  }

  /// Marks the highest bit of each byte that is one of the three; the lowest marked byte surely is one, and those above it
  /// need not be.
  private static func marks(_ word: UInt64) -> UInt64 {
    let quote = word ^ ones &* UInt64(UInt8(ascii: "\""))
    let backslash = word ^ ones &* UInt64(UInt8(ascii: "\\"))
    return ((word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)) & ~word & high
  }

  @inline(__always)
  private static func end(in bytes: Span<UInt8>, from start: Int, _ marks: (UInt64) -> UInt64) -> Int {
    let raw = bytes.bytes
    var index = start
    while index + 8 <= bytes.count {
      let found = marks(UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)))
      if found != 0 { return index + found.trailingZeroBitCount / 8 }
      index += 8
    }
    if index < bytes.count, bytes.count - start >= 8 {
      // The last eight bytes, some of which were looked at already: none of those has a mark.
      let last = bytes.count - 8
      let found = marks(UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: last, as: UInt64.self)))
      return found == 0 ? bytes.count : last + found.trailingZeroBitCount / 8
    }
    while index < bytes.count, marks(UInt64(bytes[index]) | ones &* 0x20 & ~0xFF) == 0 { index += 1 }
    return index
  }
}
