import Desk
import Glibc

/// What may be shown and how wide it is. Everything that the client prints for people passes through `safe`.
enum Terminal {
  /// One line of text without anything that a terminal would obey: controls and marks that turn the reading direction
  /// are spelled out, line ends and tabs become spaces.
  static func safe(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.steers) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        result += " "
      } else if scalar.steers {
        result += "‹U+\(hexadecimal(scalar))›"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// JSON with the same characters as JSON escapes, which leaves its meaning alone.
  static func safeJSON(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.steers) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.steers {
        for unit in UTF16.encode(scalar) ?? .init(repeating: 0xFFFD, count: 1) {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// In columns of a terminal. Marks on letters take none, so that composed and decomposed text is equally wide.
  static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20..<0x7F: return 1
    case 0x300...0x36F, 0x200B...0x200D, 0xFE00...0xFE0F: return 0
    case 0xA0..<0x1100, 0x1E00..<0x2E80:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: return 0
      default: return 1
      }
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// The text cut to so many columns, with an ellipsis where something is missing.
  static func cut(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    var result = String.UnicodeScalarView()
    var used = 0
    for scalar in text.unicodeScalars {
      guard used + width(scalar) < columns else { break }
      used += width(scalar)
      result.append(scalar)
    }
    return String(result) + "…"
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Nil when the descriptor is no terminal.
  static func columns(of descriptor: Int32) -> Int? {
    guard isTerminal(descriptor) else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
