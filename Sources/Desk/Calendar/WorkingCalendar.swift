/// Which days the office works, as published, each day off with its name.
public struct WorkingCalendar: Hashable, Sendable {
  public struct NamedDay: Hashable, Sendable {
    public var day: CalendarDay
    public var name: Text

    public init(day: CalendarDay, name: Text) {
      self.day = day
      self.name = name
    }
  }

  /// A holiday of every year, for years whose calendar is not published yet.
  public struct YearlyDay: Hashable, Sendable {
    public var month: Int
    public var day: Int
    public var name: Text

    public init(month: Int, day: Int, name: Text) {
      self.month = month
      self.day = day
      self.name = name
    }
  }

  public enum Kind: Hashable, Sendable {
    case working(makeUp: Text?)
    case weekend
    case dayOff(Text)
  }

  /// 1 for Monday … 7 for Sunday.
  public var workingWeekdays: [Int]
  public var publishedYears: [Int]
  public var daysOff: [NamedDay]
  public var makeUpDays: [NamedDay]
  public var yearly: [YearlyDay]

  public init(
    workingWeekdays: [Int], publishedYears: [Int], daysOff: [NamedDay], makeUpDays: [NamedDay], yearly: [YearlyDay]
  ) {
    self.workingWeekdays = workingWeekdays.sorted()
    self.publishedYears = publishedYears.sorted()
    self.daysOff = daysOff.sorted { $0.day < $1.day }
    self.makeUpDays = makeUpDays.sorted { $0.day < $1.day }
    self.yearly = yearly.sorted { ($0.month, $0.day) < ($1.month, $1.day) }
  }

  public func kind(of day: CalendarDay) -> Kind {
    if let makeUp = makeUpDays.first(where: { $0.day == day }) { return .working(makeUp: makeUp.name) }
    if let off = daysOff.first(where: { $0.day == day }) { return .dayOff(off.name) }
    if !isPublished(day), let holiday = yearly.first(where: { $0.month == day.month && $0.day == day.day }) {
      return .dayOff(holiday.name)
    }
    return workingWeekdays.contains(day.weekday) ? .working(makeUp: nil) : .weekend
  }

  public func isWorking(_ day: CalendarDay) -> Bool {
    if case .working = kind(of: day) { true } else { false }
  }

  /// False where only weekends and the holidays of every year are known, so that a date is provisional.
  public func isPublished(_ day: CalendarDay) -> Bool { publishedYears.contains(day.year) }

  /// The first working day from `day` on. A week has at least one working weekday and a run of days off is finite, so
  /// there is one.
  public func workingDay(onOrAfter day: CalendarDay) -> CalendarDay {
    var day = day
    while !isWorking(day) { day = day.adding(1) }
    return day
  }
}
