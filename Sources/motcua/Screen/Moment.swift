/// A time from the daemon, RFC 3339 at the office's offset, taken apart into what the office's clock shows.
struct Moment: Equatable {
  let year: Int
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int
  /// 1 Monday … 7 Sunday.
  let weekday: Int
  /// Since 1970, UTC.
  let microseconds: Int

  /// Nil for what is not RFC 3339.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    func number(_ start: Int, _ count: Int) -> Int? {
      guard start + count <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[start..<start + count] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
      index < bytes.count && bytes[index] == UInt8(ascii: character)
    }
    guard let year = number(0, 4), has("-", at: 4), let month = number(5, 2), has("-", at: 7),
      let day = number(8, 2), has("T", at: 10), let hour = number(11, 2), has(":", at: 13), let minute = number(14, 2),
      has(":", at: 16), let second = number(17, 2),
      (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year), hour < 24, minute < 60,
      second < 60
    else { return nil }
    var index = 19
    var fraction = 0
    if has(".", at: index) {
      index += 1
      var scale = 100_000
      let start = index
      while let digit = number(index, 1) {
        fraction += digit * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    var offset = 0
    if has("Z", at: index) {
      index += 1
    } else {
      guard has("+", at: index) || has("-", at: index), let hours = number(index + 1, 2), has(":", at: index + 3),
        let minutes = number(index + 4, 2), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (has("-", at: index) ? -1 : 1)
      index += 6
    }
    guard index == bytes.count else { return nil }
    let days = Self.daysSince1970(year, month, day)
    (self.year, self.month, self.day, self.hour, self.minute) = (year, month, day, hour, minute)
    weekday = Self.weekday(ofDay: days)
    let minutesUTC = days * 1440 + hour * 60 + minute - offset
    microseconds = (minutesUTC * 60 + second) * 1_000_000 + fraction
  }

  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// 1 Monday … 7 Sunday, of a day counted from 1 January 1970.
  static func weekday(ofDay days: Int) -> Int { ((days + 3) % 7 + 7) % 7 + 1 }

  /// Days of the proleptic Gregorian calendar, counted in years that begin in March.
  static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let monthsSinceMarch = (month + 9) % 12
    let dayOfYear = (153 * monthsSinceMarch + 2) / 5 + day - 1
    return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  }
}

extension Moment {
  var clock: String { "\(padded(hour, 2)):\(padded(minute, 2))" }
  var dayMonth: String { "\(padded(day, 2))/\(padded(month, 2))" }
  var date: String { "\(dayMonth)/\(padded(year, 4))" }

  /// `17:00 thứ Năm 26/11`, with the year unless it is that of `reference`.
  func spoken(_ language: Language, reference: Moment? = nil) -> String {
    let name = language == .vi ? Weekdays.spokenVi[weekday - 1] : Weekdays.en[weekday - 1]
    return "\(clock) \(name) \(reference?.year == year ? dayMonth : date)"
  }
}

enum Weekdays {
  static let vi = ["T2", "T3", "T4", "T5", "T6", "T7", "CN"]
  static let spokenVi = ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"]
  static let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  /// - Parameter weekday: 1 Monday … 7 Sunday.
  static func short(_ weekday: Int, _ language: Language) -> String {
    let names = language == .vi ? vi : en
    return names.indices.contains(weekday - 1) ? names[weekday - 1] : "?"
  }
}

extension Language {
  /// `17:00 thứ Năm 26/11/2026`; a text that is no time stays as it is.
  func spoken(_ time: String, reference: String? = nil) -> String {
    Moment(time)?.spoken(self, reference: reference.flatMap(Moment.init)) ?? time
  }

  /// `26/11/2026` from a day or an instant; a text that is neither stays as it is.
  func day(_ text: String) -> String {
    let fields = text.prefix(10).split(separator: "-")
    return fields.count == 3 ? "\(fields[2])/\(fields[1])/\(fields[0])" : text
  }

  /// `26/11/2026 17:00`, for tables.
  func tabular(_ time: String) -> String { Moment(time).map { "\($0.date) \($0.clock)" } ?? time }
}
