import Desk

extension WorkingCalendar {
  /// `calendar.toml`: the published years, day by day.
  init(_ file: SettingsFile) throws(SettingsError) {
    let root = file.root
    _ = try root.string("source")
    func named(_ section: SettingsSection) throws(SettingsError) -> NamedDay {
      let day = try section.parsed("day", "2026-11-24") { CalendarDay(text: $0) }
      let name = try section.text()
      _ = try section.optionalString("source")
      try section.finish()
      return NamedDay(day: day, name: name)
    }
    var daysOff: [NamedDay] = []
    let published = try root.ints("published_years", in: 1900...9999)
    for section in try root.sections("day_off") {
      let day = try named(section)
      guard published.contains(day.day.year) else {
        throw section.error(
          "day", "năm \(day.day.year) không có trong published_years",
          "the year \(day.day.year) is not in published_years")
      }
      guard !daysOff.contains(where: { $0.day == day.day }) else {
        throw section.error("day", "ngày \(day.day.text) ghi hai lần", "\(day.day.text) stands here twice")
      }
      daysOff.append(day)
    }
    var makeUpDays: [NamedDay] = []
    for section in try root.sections("make_up_day") {
      let day = try named(section)
      guard !daysOff.contains(where: { $0.day == day.day }) else {
        throw section.error(
          "day", "ngày \(day.day.text) vừa nghỉ vừa làm bù", "\(day.day.text) is both a day off and a make-up day")
      }
      makeUpDays.append(day)
    }
    var yearly: [YearlyDay] = []
    for section in try root.sections("yearly") {
      let day = YearlyDay(
        month: try section.int("month", in: 1...12), day: try section.int("day", in: 1...31), name: try section.text())
      try section.finish()
      yearly.append(day)
    }
    self.init(
      workingWeekdays: try root.ints("working_weekdays", in: 1...7), publishedYears: published, daysOff: daysOff,
      makeUpDays: makeUpDays, yearly: yearly)
    try root.finish()
  }
}
