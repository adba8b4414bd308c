extension String {
  /// The text as people search for it: small letters without accents, so that `Nguyễn Thị Hoa` and `nguyen thi hoa`
  /// meet, and `Đặng` and `dang`. Composed and decomposed Latin letters fold alike; other scripts are folded as they are
  /// written, which is in NFC.
  public var folded: String { String(decoding: foldedUTF8, as: UTF8.self) }

  /// The same as bytes.
  public var foldedUTF8: [UInt8] {
    let bytes = utf8.span
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        result.append(0x41...0x5A ~= byte ? byte + 32 : byte)
        index += 1
        continue
      }
      let (scalar, length) = bytes.scalar(at: index)
      index += length
      switch Folding.fold(scalar) {
      case .letter(let letter): result.append(letter)
      case .text(let text): result += text.utf8
      case .nothing: continue
      }
    }
    return result
  }

  /// The folded words joined by dashes: how short names are compared, so that `Cải chính`, `cai chinh` and `cai-chinh`
  /// are one.
  public var slug: String {
    if isSlug { return self }
    var result: [UInt8] = []
    Folding.words(of: foldedUTF8) { word in
      if !result.isEmpty { result.append(UInt8(ascii: "-")) }
      result += word
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether it is surely its own slug: words of ASCII with a dash between them.
  private var isSlug: Bool {
    let bytes = utf8.span
    var isWord = false
    for index in bytes.indices {
      switch bytes[index] {
      case 0x30...0x39, 0x61...0x7A: isWord = true
      case UInt8(ascii: "-") where isWord: isWord = false
      default: return false
      }
    }
    return isWord
  }

  /// Whether `slug` is what this comes to, found out without making it: most names differ in their first letters.
  func hasSlug(_ slug: String) -> Bool {
    var rest = slug.utf8[...]
    var isBetweenWords = false
    for scalar in unicodeScalars {
      switch Folding.fold(scalar) {
      case .nothing: continue
      case .text: return self.slug == slug
      case .letter(let letter) where !Folding.isWord(Unicode.Scalar(letter)): isBetweenWords = true
      case .letter(let letter):
        if isBetweenWords, rest.startIndex != slug.startIndex, rest.popFirst() != UInt8(ascii: "-") { return false }
        isBetweenWords = false
        if rest.popFirst() != letter { return false }
      }
    }
    return rest.isEmpty
  }

  /// Whether it has a letter or a digit, which most have that is not empty.
  var hasWord: Bool {
    let bytes = utf8.span
    for index in bytes.indices {
      switch bytes[index] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
      default: continue
      }
    }
    return !foldedWords.isEmpty
  }

  /// The folded words, without repeats: runs of letters and digits.
  public var foldedWords: [String] {
    var seen: Set<String> = []
    var words: [String] = []
    Folding.words(of: foldedUTF8) { bytes in
      let word = String(decoding: bytes, as: UTF8.self)
      // A few are compared one by one.
      if words.count < 16 {
        if !words.contains(word) { words.append(word) }
        return
      }
      if seen.isEmpty { seen = Set(words) }
      if seen.insert(word).inserted { words.append(word) }
    }
    return words
  }
}

extension Span<UInt8> {
  /// The character of valid UTF-8 that begins there outside ASCII, and how many bytes it has.
  fileprivate func scalar(at index: Int) -> (Unicode.Scalar, length: Int) {
    func part(_ offset: Int) -> UInt32 { UInt32(self[index + offset] & 0x3F) }
    let lead = UInt32(self[index])
    let (value, length): (UInt32, Int) =
      switch lead {
      case ..<0xE0: ((lead & 0x1F) << 6 | part(1), 2)
      case ..<0xF0: ((lead & 0x0F) << 12 | part(1) << 6 | part(2), 3)
      default: ((lead & 0x07) << 18 | part(1) << 12 | part(2) << 6 | part(3), 4)
      }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }
}

private enum Folding {
  enum Folded {
    /// In ASCII.
    case letter(UInt8)
    case text(String)
    /// A mark that stands on the letter before it.
    case nothing
  }

  static func fold(_ scalar: Unicode.Scalar) -> Folded {
    switch scalar.value {
    case 0x41...0x5A: .letter(UInt8(scalar.value + 32))
    case 0..<0x80: .letter(UInt8(scalar.value))
    case 0x300...0x36F: .nothing
    case 0xC0..<0x250: base(latin[Int(scalar.value) - 0xC0], of: scalar)
    case 0x1E00..<0x1F00: base(additional[Int(scalar.value) - 0x1E00], of: scalar)
    // The sign of the ångström, the only letter outside the tables whose small letter is in them.
    case 0x212B: .letter(UInt8(ascii: "a"))
    default: .text(scalar.properties.lowercaseMapping)
    }
  }

  private static func base(_ letter: UInt8, of scalar: Unicode.Scalar) -> Folded {
    letter == UInt8(ascii: ".") ? .text(scalar.properties.lowercaseMapping) : .letter(letter)
  }

  /// The runs of letters and digits in a folded text, in order.
  static func words(of folded: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
    let bytes = folded.span
    var (start, index) = (0, 0)
    while index < bytes.count {
      let byte = bytes[index]
      let (isWord, length) =
        if byte < 0x80 { (0x30...0x39 ~= byte || 0x61...0x7A ~= byte, 1) } else { Self.isWord(bytes, at: index) }
      if !isWord {
        if start < index { body(folded[start..<index]) }
        start = index + length
      }
      index += length
    }
    if start < index { body(folded[start..<index]) }
  }

  private static func isWord(_ bytes: Span<UInt8>, at index: Int) -> (Bool, length: Int) {
    let (scalar, length) = bytes.scalar(at: index)
    return (isWord(scalar), length)
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30...0x39, 0x61...0x7A: true
    case 0..<0x80: false
    default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
  }

  /// The base letters of U+00C0 to U+024F and of U+1E00 to U+1EFF; a dot where there is none.
  static let latin = Array(
    ("aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
      + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.llllll."
      + ".llnnnnnn...oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz."
      + "................................oo.............uu..............."
      + ".............aaiioouuuuuuuuuu.aaaaaa..ggkkoooo..j...gg..nnaaaaoo"
      + "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
      + "................").utf8)
  static let additional = Array(
    ("aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
      + "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
      + "wwwwwwwwwwxxxxyyzzzzzzhtwy....s.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
      + "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......").utf8)
}
