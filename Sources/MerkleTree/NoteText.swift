/// The rules of C2SP signed-note for text and names, which checkpoints share.
enum NoteText {
  /// Whether there is a control character other than a newline.
  static func hasControlCharacter(_ text: String) -> Bool {
    text.utf8.contains { $0 < 0x20 && $0 != newline }
  }

  /// Not empty, without spaces of any script, plus signs and control characters.
  static func isKeyName(_ name: String) -> Bool {
    !name.isEmpty && !name.unicodeScalars.contains { $0 == "+" || $0.value < 0x20 || $0.properties.isWhitespace }
  }

  /// The lines of a text that ends in a newline, without their newlines; nil when it does not.
  ///
  /// By bytes, because Swift takes a carriage return and a newline for one character that is not a newline.
  static func lines(_ text: some Collection<UInt8>) -> [String]? {
    guard text.suffix(1).elementsEqual([newline]) else { return nil }
    return text.dropLast().split(separator: newline, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  static let newline = UInt8(ascii: "\n")
}
