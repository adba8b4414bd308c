import Desk

/// A time from the daemon, RFC 3339 at the office's offset, taken apart into what the office's clock shows.
struct Moment: Equatable {
  let at: Timestamp
  private let offset: UTCOffset

  /// Nil for what is not RFC 3339.
  init?(_ text: String) {
    // `Z`, or `+07:00`.
    let zone = text.utf8.last == UInt8(ascii: "Z") ? text.suffix(1) : text.suffix(6)
    guard text.utf8.dropFirst(10).first == UInt8(ascii: "T"), let at = Timestamp(rfc3339: text),
      let offset = UTCOffset(text: String(zone))
    else { return nil }
    (self.at, self.offset) = (at, offset)
  }

  var day: CalendarDay { at.day(at: offset) }
  var hour: Int { minutes / 60 }
  var minute: Int { minutes % 60 }

  private var minutes: Int { Int(at.microsecondsOfDay(at: offset) / 60_000_000) }
}

extension Moment {
  var clock: String { "\(padded(hour, 2)):\(padded(minute, 2))" }
  var dayMonth: String { "\(padded(day.day, 2))/\(padded(day.month, 2))" }
  var date: String { "\(dayMonth)/\(padded(day.year, 4))" }

  /// `17:00 thứ Năm 26/11`, with the year unless it is that of `reference`.
  func spoken(_ language: Language, reference: Moment? = nil) -> String {
    let name = language == .vi ? Weekdays.spokenVi[day.weekday - 1] : Weekdays.en[day.weekday - 1]
    return "\(clock) \(name) \(reference?.day.year == day.year ? dayMonth : date)"
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
