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
    if text == "at once" {
      self = .atOnce
      return
    }
    if text == "imported" {
      self = .imported
      return
    }
    // As it is written, which is how each receipt of the ledger is read.
    var (number, digits) = (0, 0)
    for byte in text.utf8.prefix(3) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
      digits += 1
    }
    let unit = text.utf8.dropFirst(digits)
    if number > 0, unit.elementsEqual(" working days".utf8) {
      self = .workingDays(number)
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

  public var text: String {
    switch self {
    case .atOnce: "at once"
    case .workingDays(let count): count == 1 ? "1 working day" : String(count) + " working days"
    case .days(let count): count == 1 ? "1 day" : String(count) + " days"
    case .imported: "imported"
    }
  }
}
