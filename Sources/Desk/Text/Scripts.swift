extension String {
  /// Letters of more than one script in one text, or digits of more than one: `H56` with a Cyrillic Н looks like another
  /// text and is not.
  ///
  /// The rule is that of Unicode's UTS #39 for mixed scripts, at its level *highly restrictive*: all letters are of one
  /// script, or Latin beside those of East Asia, which look like none of it. Where that has a table of all scripts, this one
  /// knows the three that look alike by name, and takes the others for one.
  public var mixedScripts: MixedScripts? {
    var (script, zero): (Script?, UInt32?) = (nil, nil)
    for scalar in unicodeScalars {
      if let found = scalar.decimalZero {
        if let zero, zero != found { return .digits(foreign { $0.decimalZero.map { $0 != Self.zeroOfASCII } == true }) }
        zero = found
      }
      guard let found = scalar.script else { continue }
      if let script, script != found, !Script.areApart(script, found) {
        // Latin is what everybody types, so that the other letters are those which are not seen.
        let foreign = found == .latin ? script : found
        return .letters(foreign == found ? script : found, foreign, self.foreign { $0.script == foreign })
      }
      // Latin says less than what stands beside it: after it, anything of East Asia and Latin goes.
      if script != .eastAsian { script = found }
    }
    return nil
  }

  /// The characters of a kind, each once, in the order of the text.
  private func foreign(_ isForeign: (Unicode.Scalar) -> Bool) -> [Unicode.Scalar] {
    var found: [Unicode.Scalar] = []
    for scalar in unicodeScalars where isForeign(scalar) && !found.contains(scalar) { found.append(scalar) }
    return found
  }

  private static let zeroOfASCII: UInt32 = 0x30

  /// What the text looks like to somebody who reads it in a list: two texts that look alike come to the same. After UTS #39,
  /// from a table of the look-alikes of Latin letters, digits and dashes that stand on keyboards.
  public var lookAlike: String {
    var shown = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: continue
      default: shown.append(scalar.shown)
      }
    }
    return String(
      String.UnicodeScalarView(
        String(shown).folded.unicodeScalars.map { scalar in
          switch scalar {
          case "o": "0"
          case "i", "l", "|": "1"
          default: scalar
          }
        }))
  }
}

/// What is mixed in a text, and the characters by which it is.
public enum MixedScripts: Hashable, Sendable {
  /// The script that the text is taken for, the one that does not belong there, and the letters of that.
  case letters(Script, Script, [Unicode.Scalar])
  /// The digits that are not those of ASCII.
  case digits([Unicode.Scalar])
}

/// Scripts, as far as they have to be told apart.
public enum Script: Hashable, Sendable {
  case latin, greek, cyrillic
  /// Han, Kana, Bopomofo, Hangul.
  case eastAsian
  case other

  /// Whether letters of both may stand in one text.
  fileprivate static func areApart(_ one: Script, _ other: Script) -> Bool {
    Set([one, other]) == [.latin, .eastAsian]
  }
}

extension Unicode.Scalar {
  /// `U+202E`.
  public var codePointText: String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Nil for what belongs to no script of its own: digits, signs, marks on letters.
  fileprivate var script: Script? {
    switch value {
    case 0x41...0x5A, 0x61...0x7A: return .latin
    case 0..<0xAA, 0x2B0..<0x370: return nil
    default: break
    }
    guard properties.isAlphabetic else { return nil }
    return switch value {
    case 0xAA..<0x2B0, 0x1D00..<0x1DC0, 0x1E00..<0x1F00, 0x212A...0x212B, 0x2C60..<0x2C80, 0xA720..<0xA800,
      0xAB30..<0xAB70, 0xFB00..<0xFB07, 0xFF21...0xFF5A:
      .latin
    case 0x370..<0x400, 0x1F00..<0x2000, 0x2126: .greek
    case 0x400..<0x530, 0x1C80..<0x1C90, 0x2DE0..<0x2E00, 0xA640..<0xA6A0: .cyrillic
    case 0x1100..<0x1200, 0x2E80..<0x3190, 0x31A0..<0x3200, 0x3400..<0x4DC0, 0x4E00..<0xA000, 0xA960..<0xA980,
      0xAC00..<0xD800, 0xF900..<0xFB00, 0xFF66..<0xFFE0, 0x1AFF0..<0x1B170, 0x20000..<0x40000:
      .eastAsian
    default: .other
    }
  }

  /// The zero of the digits that this one is of.
  fileprivate var decimalZero: UInt32? { digit.map { value - $0 } }

  private var digit: UInt32? {
    guard properties.numericType == .decimal, let value = properties.numericValue else { return nil }
    return UInt32(exactly: value)
  }

  /// The Latin letter, the digit or the sign of ASCII that it looks like; else itself.
  fileprivate var shown: Unicode.Scalar {
    if isASCII { return self }
    if let digit { return Unicode.Scalar(0x30 + UInt8(digit)) }
    if properties.isDash { return "-" }
    switch value {
    // Of full width.
    case 0xFF01...0xFF5E: return Unicode.Scalar(value - 0xFEE0) ?? self
    // Thirteen alphabets for formulas, each with the capitals before the small letters.
    case 0x1D400..<0x1D6A4:
      let place = (value - 0x1D400) % 52
      return Unicode.Scalar(UInt8(place < 26 ? 0x41 + place : 0x61 + place - 26))
    case 0x2024, 0xFE52: return "."
    default: return Self.alike[self] ?? self
    }
  }

  /// Letters of Greek and Cyrillic that look like one of Latin as they are or as capitals, which is how codes are compared.
  private static let alike: [Unicode.Scalar: Unicode.Scalar] = {
    let pairs: [(String, String)] = [
      ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"), ("αβεζηικμνορτυχ", "ABEZHIKMNOPTYX"), ("ϲϹϳͿ", "cCjJ"),
      ("АВЕЅІЈКМНОРСТУХҺԌԚԜҮЗӀ", "ABESIJKMHOPCTYXhGQWY3I"), ("авеѕіјкмнорстухһԍԛԝүзӏ", "ABESIJKMHOPCTYXhGQWY3I"),
      ("Ԁԁ", "dd"),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (letters, latin) in pairs {
      for (letter, shown) in zip(letters.unicodeScalars, latin.unicodeScalars) { table[letter] = shown }
    }
    return table
  }()
}
