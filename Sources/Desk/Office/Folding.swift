extension String {
  /// The text as people search for it: small letters without accents, so that `Nguyễn Thị Hoa` and `nguyen thi hoa`
  /// meet, and `Đặng` and `dang`. Composed and decomposed letters fold alike.
  public var folded: String {
    var result = ""
    result.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x41...0x5A: result.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value + 32)))
      case 0..<0x80: result.unicodeScalars.append(scalar)
      case 0x300...0x36F: continue
      case 0xC0..<0x250: Folding.append(Folding.latin[Int(scalar.value) - 0xC0], or: scalar, to: &result)
      case 0x1E00..<0x1F00: Folding.append(Folding.additional[Int(scalar.value) - 0x1E00], or: scalar, to: &result)
      default: result += scalar.properties.lowercaseMapping
      }
    }
    return result
  }

  /// The folded words joined by dashes: how short names are compared, so that `Cải chính`, `cai chinh` and `cai-chinh`
  /// are one.
  public var slug: String {
    folded.unicodeScalars.split(whereSeparator: { !Folding.isWord($0) }).map(String.init).joined(separator: "-")
  }

  /// The folded words, without repeats: runs of letters and digits.
  public var foldedWords: [String] {
    var seen: Set<String> = []
    var words: [String] = []
    for word in folded.unicodeScalars.split(whereSeparator: { !Folding.isWord($0) }).map(String.init)
    where seen.insert(word).inserted { words.append(word) }
    return words
  }
}

private enum Folding {
  static func append(_ base: UInt8, or scalar: Unicode.Scalar, to result: inout String) {
    if base == UInt8(ascii: ".") {
      result += scalar.properties.lowercaseMapping
    } else {
      result.unicodeScalars.append(Unicode.Scalar(base))
    }
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
