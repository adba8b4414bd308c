// The standard library composes by itself and offers it to its neighbours only; Foundation, which calls the same, would
// bring its data into the client.
@_spi(_Unicode) import Swift

extension String {
  /// In NFC: one spelling for each letter, so that what looks the same is the same.
  public var composed: String { isSurelyComposed ? self : String(String.UnicodeScalarView(vowelsApart._nfc)) }

  /// The first mark that stands behind thirty others on one letter, which no language writes (the stream-safe format of UAX
  /// 15). Such a row is not composed, because that takes the square of its length.
  var excessMark: Unicode.Scalar? {
    if isSurelyComposed { return nil }
    var marks = 0
    for scalar in unicodeScalars {
      let isMark =
        switch scalar.value {
        case 0..<0x300: false
        default: scalar.secondVowelMark != nil || scalar.properties.canonicalCombiningClass != .notReordered
        }
      marks = isMark ? marks + 1 : 0
      if marks > 30 { return scalar }
    }
    return nil
  }

  /// With the three vowels taken apart that are letters by their class and nothing but marks. The standard library looks
  /// for rows of marks before it takes letters apart, so it would leave the marks of such a vowel behind those that stand
  /// before it, where they do not belong; composed once more, the text would be another.
  private var vowelsApart: String {
    guard unicodeScalars.contains(where: { $0.secondVowelMark != nil }) else { return self }
    var apart = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let marks = scalar.secondVowelMark.map { ["\u{F71}", $0] }
      apart.append(contentsOf: marks ?? [scalar])
    }
    return String(apart)
  }

  /// Whether it has only characters that nothing composes: those before the combining marks, and the letters and
  /// quotation marks that Vietnamese is written with.
  private var isSurelyComposed: Bool {
    let bytes = utf8.span
    var index = 0
    while index < bytes.count {
      let length = bytes[index] < 0x80 ? 1 : bytes.lengthOfComposedLetter(at: index)
      if length == 0 { return false }
      index += length
    }
    return true
  }
}

extension Span<UInt8> {
  /// How many bytes of UTF-8 a character outside ASCII has that nothing composes and that composes with nothing before it:
  /// U+0080 to U+02FF, U+1E00 to U+1EFF, U+2010 to U+2027. 0 for any other.
  func lengthOfComposedLetter(at index: Int) -> Int {
    switch self[index] {
    case 0xC2...0xCB: 2
    case 0xE1: 0xB8...0xBB ~= self[index + 1] ? 3 : 0
    case 0xE2: self[index + 1] == 0x80 && 0x90...0xA7 ~= self[index + 2] ? 3 : 0
    default: 0
    }
  }
}

extension Unicode.Scalar {
  /// Of the three Tibetan vowels that consist of two marks the second one; the first is always the long A. No other
  /// characters of Unicode are letters by their class and marks by what they consist of.
  fileprivate var secondVowelMark: Unicode.Scalar? {
    switch value {
    case 0xF73: "\u{F72}"
    case 0xF75: "\u{F74}"
    case 0xF81: "\u{F80}"
    default: nil
    }
  }
}
