extension String {
  /// Whether the other is the same byte by byte, as it stands in rows and keys: to Swift two texts are equal that only look the
  /// same, and what did not move live would have moved in a replay.
  public func isSpelt(like other: String) -> Bool {
    let (one, other) = (utf8.span, other.utf8.span)
    guard one.count == other.count else { return false }
    var index = 0
    while index + 8 <= one.count {
      let word = one.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      guard word == other.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
      index += 8
    }
    while index < one.count {
      guard one[index] == other[index] else { return false }
      index += 1
    }
    return true
  }
}

extension String? {
  public func isSpelt(like other: String?) -> Bool {
    guard let self, let other else { return self == nil && other == nil }
    return self.isSpelt(like: other)
  }
}
