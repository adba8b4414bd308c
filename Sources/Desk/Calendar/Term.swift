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

extension Term: Codable {
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
    case .workingDays(let count): "\(count) working day\(count == 1 ? "" : "s")"
    case .days(let count): "\(count) day\(count == 1 ? "" : "s")"
    case .imported: "imported"
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let term = Term(text: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a term: \(text)")
    }
    self = term
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
