/// A date as a person gives it in a command.
public enum DateExpression: Hashable, Sendable {
  /// `+2`: so many working days from today, at the end of office hours.
  case workingDays(Int)
  /// `2026-11-26`: the end of office hours of that day.
  case day(CalendarDay)
  /// `2026-11-26T16:00`: the office's own time.
  case local(CalendarDay, TimeOfDay)
  /// RFC 3339.
  case instant(Timestamp)

  public init?(text: String) {
    let bytes = Array(text.utf8)
    if bytes.first == UInt8(ascii: "+"), let count = decimal(bytes.dropFirst()), (1...999).contains(count) {
      self = .workingDays(count)
    } else if let day = CalendarDay(text: text), Self.isInBounds(day) {
      self = .day(day)
    } else if bytes.count == 16 || bytes.count == 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
      let day = CalendarDay(text: String(decoding: bytes[..<10], as: UTF8.self)), Self.isInBounds(day),
      let time = TimeOfDay(text: String(decoding: bytes[11...], as: UTF8.self))
    {
      self = .local(day, time)
    } else if let instant = Timestamp(rfc3339: text) {
      self = .instant(instant)
    } else {
      return nil
    }
  }

  /// A year of `Timestamp.bounds`, with room for any offset.
  private static func isInBounds(_ day: CalendarDay) -> Bool { (1900...9998).contains(day.year) }

  /// The instant that is meant, seen from `now` at the office.
  public func instant(now: Timestamp, office: Office, calendar: WorkingCalendar) -> Timestamp {
    switch self {
    case .workingDays(let count):
      var day = now.day(at: office.utcOffset)
      for _ in 0..<count { day = calendar.workingDay(onOrAfter: day.adding(1)) }
      return day.at(office.closes, office.utcOffset)
    case .day(let day): return day.at(office.closes, office.utcOffset)
    case .local(let day, let time): return day.at(time, office.utcOffset)
    case .instant(let instant): return instant
    }
  }
}
