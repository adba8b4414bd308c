import Desk

/// Everything that is written for operators, on standard error and in the journal, passes through here, so that nobody
/// who chooses a name, a path or a text can write a line or a field of the log.
enum LogText {
  /// How much of a value is written: the journal splits longer lines, and the rest would be an entry of its own.
  private static let valueScalarsMax = 4096

  /// The text as one line, in which characters that steer a terminal are spelled out.
  static func line(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.steers) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.flatMap { $0.steers ? spelled($0) : [$0] }))
  }

  /// The value of a field: in quotes unless it is one plain word, so that it cannot hold what looks like the next
  /// field.
  static func value(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isWord = !scalars.isEmpty && scalars.allSatisfy { !$0.properties.isWhitespace && !"\"\\=".contains($0) }
    if isWord, scalars.count <= valueScalarsMax { return line(text) }
    let left = scalars.count - valueScalarsMax
    let quoted = scalars.prefix(valueScalarsMax).flatMap { scalar -> [Unicode.Scalar] in
      scalar == "\"" || scalar == "\\" ? ["\\", scalar] : scalar.steers ? spelled(scalar) : [scalar]
    }
    return "\"" + String(String.UnicodeScalarView(quoted)) + "\"" + (left > 0 ? "…+\(left)" : "")
  }

  private static func spelled(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar {
    case "\n": ["\\", "n"]
    case "\t": ["\\", "t"]
    default: Array("\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
    }
  }
}

extension String {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool { unicodeScalars.contains(scalar) }
}
