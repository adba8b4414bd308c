extension String {
  /// The text as people search for it: small letters without accents, so that `Nguyễn Thị Hoa` and `nguyen thi hoa`
  /// meet, and `Đặng` and `dang`. Composed and decomposed Latin letters fold alike; other scripts are folded as they are
  /// written, which is in NFC.
  public var folded: String {
    var result: [UInt8] = []
    result.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      switch Folding.fold(scalar) {
      case .letter(let letter): result.append(letter)
      case .text(let text): result += text.utf8
      case .nothing: continue
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The folded words joined by dashes: how short names are compared, so that `Cải chính`, `cai chinh` and `cai-chinh`
  /// are one.
  public var slug: String {
    folded.unicodeScalars.split(whereSeparator: { !Folding.isWord($0) }).map(String.init).joined(separator: "-")
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

  /// The folded words, without repeats: runs of letters and digits.
  public var foldedWords: [String] {
    var seen: Set<String> = []
    var words: [String] = []
    var word = ""
    func end() {
      if !word.isEmpty, seen.insert(word).inserted { words.append(word) }
      word = ""
    }
    for scalar in folded.unicodeScalars {
      if Folding.isWord(scalar) { word.unicodeScalars.append(scalar) } else { end() }
    }
    end()
    return words
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
