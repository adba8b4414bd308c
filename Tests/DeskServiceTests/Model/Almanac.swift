/// Instants in microseconds since 1970, UTC, as the model reckons with them.
typealias Micros = Int64

/// The days of 2026 and 2027 one after the other, counted on from Thursday, 1 January 2026: it shares no arithmetic with
/// the calendar that it is held against.
enum Almanac {
  struct Day {
    /// `2026-11-18`.
    var text: String
    /// 1 for Monday … 7 for Sunday.
    var weekday: Int
    var isWorking: Bool
    var isPublished: Bool { text.hasPrefix("2026") }
  }

  /// The days off of the sample configuration, weekends apart.
  static let daysOff = [
    "2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-04-27",
    "2026-04-30", "2026-05-01", "2026-08-31", "2026-09-01", "2026-09-02", "2026-11-24",
  ]
  /// A working Saturday.
  static let makeUpDay = "2026-08-22"
  /// What 2027 keeps for certain.
  static let yearly = [(month: 1, day: 1), (month: 4, day: 30), (month: 5, day: 1), (month: 9, day: 2)]

  static let days: [Day] = {
    var days: [Day] = []
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    for year in 2026...2027 {
      for month in 1...12 {
        for day in 1...lengths[month - 1] {
          let (text, weekday) = ("\(year)-\(two(month))-\(two(day))", (days.count + 3) % 7 + 1)
          let isOff =
            year == 2026 ? daysOff.contains(text) : yearly.contains { $0.month == month && $0.day == day }
          days.append(
            Day(text: text, weekday: weekday, isWorking: text == makeUpDay || (weekday < 6 && !isOff)))
        }
      }
    }
    return days
  }()

  private static let second: Micros = 1_000_000
  /// Midnight of 1 January 2026 at +07:00, which is 17:00 of the day before in Greenwich.
  private static let start: Micros = 1_767_200_400 * second

  static func index(of instant: Micros) -> Int { Int((instant - start) / (86_400 * second)) }

  static func secondsOfDay(_ instant: Micros) -> Double {
    Double((instant - start) % (86_400 * second)) / Double(second)
  }

  /// `2026-11-18 09:05:30`.
  static func text(_ instant: Micros) -> String {
    let seconds = Int(secondsOfDay(instant))
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(days[index(of: instant)].text) \(parts.joined(separator: ":"))"
  }

  static func instant(_ index: Int, _ hour: Int, _ minute: Int = 0, _ second: Int = 0) -> Micros {
    start + Micros(index * 86_400 + hour * 3600 + minute * 60 + second) * self.second
  }

  static func instant(_ text: String, _ hour: Int, _ minute: Int = 0, _ second: Int = 0) -> Micros {
    instant(days.firstIndex { $0.text == text } ?? 0, hour, minute, second)
  }

  /// The same day when it is a working day, else the next one.
  static func workingDay(onOrAfter index: Int) -> Int { (index..<days.count).first { days[$0].isWorking } ?? index }

  /// The working day that comes so many after this one, which is not counted.
  static func workingDay(_ count: Int, after index: Int) -> Int {
    Array((index + 1..<days.count).lazy.filter { days[$0].isWorking }.prefix(count)).last ?? index
  }
}
