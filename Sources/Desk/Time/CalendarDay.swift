/// A day of the Gregorian calendar, without a time zone: days since 1970-01-01.
public struct CalendarDay: Hashable, Comparable, Sendable, TextCodable {
  public let number: Int32

  public init(number: Int32) { self.number = number }

  /// Nil for a day that does not exist, such as 29 February 2026.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    // Days of the civil calendar counted from 1 March, so that the leap day comes last in its year.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let candidate = CalendarDay(number: Int32(era * 146_097 + dayOfEra - 719_468))
    guard candidate.month == month, candidate.day == day else { return nil }
    self = candidate
  }

  /// Reads `2026-11-26`.
  public init?(text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      let year = decimal(parts[0]), let month = decimal(parts[1]), let day = decimal(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  public var year: Int { civil.year }
  public var month: Int { civil.month }
  public var day: Int { civil.day }
  /// `2026-11-26`.
  public var text: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  func append(to text: inout [UInt8]) {
    let (year, month, day) = civil
    appendPadded(year, 4, to: &text)
    text.append(UInt8(ascii: "-"))
    appendPadded(month, 2, to: &text)
    text.append(UInt8(ascii: "-"))
    appendPadded(day, 2, to: &text)
  }

  /// 1 for Monday … 7 for Sunday.
  public var weekday: Int { Int((Int64(number) + 3) - (Int64(number) + 3).floorDivided(by: 7) * 7) + 1 }
  public func adding(_ days: Int) -> CalendarDay { CalendarDay(number: number + Int32(days)) }
  public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }

  public var startOfWeek: CalendarDay { adding(1 - weekday) }
  public var startOfMonth: CalendarDay { adding(1 - day) }

  /// The instant of this day's `time` at the offset.
  public func at(_ time: TimeOfDay, _ offset: UTCOffset) -> Timestamp {
    Timestamp(microseconds: (Int64(number) * 86_400 + Int64(time.seconds) - Int64(offset.seconds)) * 1_000_000)
  }

  var civil: (year: Int, month: Int, day: Int) {
    let shifted = Int64(number) + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))
  }
}

/// A time on the clock, to the second; written `15:00`.
public struct TimeOfDay: Hashable, Comparable, Sendable, TextCodable {
  public let seconds: Int32

  public init?(hour: Int, minute: Int, second: Int = 0) {
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
    seconds = Int32(hour * 3600 + minute * 60 + second)
  }

  private init(seconds: Int32) { self.seconds = seconds }
  public static let midnight = TimeOfDay(seconds: 0)

  /// Reads `15:00` or `15:00:30`.
  public init?(text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 }) else { return nil }
    let numbers = parts.compactMap { decimal($0) }
    guard numbers.count == parts.count else { return nil }
    self.init(hour: numbers[0], minute: numbers[1], second: numbers.count == 3 ? numbers[2] : 0)
  }

  public var text: String {
    let (hour, minute, second) = (Int(seconds) / 3600, Int(seconds) / 60 % 60, Int(seconds) % 60)
    return "\(padded(hour, 2)):\(padded(minute, 2))" + (second == 0 ? "" : ":\(padded(second, 2))")
  }

  public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.seconds < right.seconds }
}
