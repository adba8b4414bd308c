import Desk

/// Dates as people type them, turned into the forms that the daemon reads.
enum DateInput {
  /// - Parameters:
  ///   - text: `26/11/2026`, `26/11/2026 16:00`, ISO, RFC 3339, or `+2` working days.
  ///   - option: what it was typed for, named in the refusal.
  /// - Throws: `Failure.usage`.
  static func wire(_ text: String, for option: String, language: Language) throws -> String {
    if let date = wire(text) { return date }
    throw Failure.usage(
      language.say(
        "Không hiểu ngày “\(text)” của \(option): viết 26/11/2026, 26/11/2026 16:00, 2026-11-26 "
          + "hoặc +2 (ngày làm việc).",
        "Cannot read the date “\(text)” of \(option): write 26/11/2026, 26/11/2026 16:00, 2026-11-26 "
          + "or +2 (working days)."
      ))
  }

  /// Nil for what is no date.
  static func wire(_ text: String) -> String? {
    let text = text.trimmed
    if text.hasPrefix("+") {
      guard let count = number(text.dropFirst(), digits: 1...3), count > 0 else { return nil }
      return "+\(count)"
    }
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" || $0 == "t" }).map(String.init)
    guard let first = parts.first, parts.count <= 2, let date = dayFirst(first) ?? iso(first) else { return nil }
    guard parts.count == 2 else { return date }
    if let time = clock(parts[1]) { return "\(date)T\(time)" }
    let instant = "\(date)T\(parts[1].uppercased())"
    return Moment(instant) == nil ? nil : instant
  }

  private static func dayFirst(_ text: String) -> String? {
    let fields = text.split(separator: "/", omittingEmptySubsequences: false)
    guard fields.count == 3, let day = number(fields[0], digits: 1...2), let month = number(fields[1], digits: 1...2),
      let year = number(fields[2], digits: 4...4)
    else { return nil }
    return date(year, month, day)
  }

  private static func iso(_ text: String) -> String? {
    let fields = text.split(separator: "-", omittingEmptySubsequences: false)
    guard fields.count == 3, let year = number(fields[0], digits: 4...4), let month = number(fields[1], digits: 2...2),
      let day = number(fields[2], digits: 2...2)
    else { return nil }
    return date(year, month, day)
  }

  private static func date(_ year: Int, _ month: Int, _ day: Int) -> String? {
    CalendarDay(year: year, month: month, day: day)?.text
  }

  private static func clock(_ text: String) -> String? {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count == 2 || fields.count == 3, let hour = number(fields[0], digits: 1...2), hour < 24 else {
      return nil
    }
    let rest = fields.dropFirst().compactMap { number($0, digits: 2...2) }
    guard rest.count == fields.count - 1, rest.allSatisfy({ $0 < 60 }) else { return nil }
    return ([hour] + rest).map { padded($0, 2) }.joined(separator: ":")
  }

  private static func number(_ text: some StringProtocol, digits: ClosedRange<Int>) -> Int? {
    guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}

func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension StringProtocol {
  /// Without white space at its ends.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }
}
