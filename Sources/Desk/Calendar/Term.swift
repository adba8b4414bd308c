/// How long the office has for a procedure.
public enum Term: Hashable, Sendable {
  /// The same day; after the rule set's cutoff the next working day.
  case atOnce
  case workingDays(Int)
  /// Days of the calendar; an end on a day off moves to the next working day.
  case days(Int)
  /// The date was promised elsewhere and is kept verbatim.
  case imported
}

extension Term: TextCodable {
  /// Reads `at once`, `3 working days` or `30 days`, from 1 to 999.
  public init?(text: String) {
    // As it is written, which is how each receipt of the ledger is read, and each row of a case.
    if let written = Self.written(text) {
      self = written
      return
    }
    let words = text.split(separator: " ")
    guard let first = words.first, let count = decimal(first.utf8), (1...999).contains(count) else { return nil }
    switch words.dropFirst().joined(separator: " ") {
    case "working days", "working day": self = .workingDays(count)
    case "days", "day": self = .days(count)
    default: return nil
    }
  }

  private static func written(_ text: String) -> Term? {
    let bytes = text.utf8.span
    var (number, digits) = (0, 0)
    while digits < min(bytes.count, 3), 0x30...0x39 ~= bytes[digits] {
      number = number * 10 + Int(bytes[digits] - 0x30)
      digits += 1
    }
    func ends(with word: StaticString) -> Bool {
      guard bytes.count - digits == word.utf8CodeUnitCount else { return false }
      return word.withUTF8Buffer { word in
        for index in word.indices where bytes[digits + index] != word[index] { return false }
        return true
      }
    }
    if number > 0, ends(with: " working days") { return .workingDays(number) }
    guard digits == 0 else { return nil }
    return ends(with: "at once") ? .atOnce : ends(with: "imported") ? .imported : nil
  }

  public var text: String {
    switch self {
    case .atOnce: "at once"
    case .workingDays(let count): count == 1 ? "1 working day" : String(count) + " working days"
    case .days(let count): count == 1 ? "1 day" : String(count) + " days"
    case .imported: "imported"
    }
  }
}
