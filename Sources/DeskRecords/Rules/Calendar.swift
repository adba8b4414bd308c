import Desk

extension WorkingCalendar: RuleText {
  static var blank: WorkingCalendar {
    WorkingCalendar(workingWeekdays: [], publishedYears: [], daysOff: [], makeUpDays: [], yearly: [])
  }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.objects("daysOff", &daysOff)
    try json.objects("makeUpDays", &makeUpDays)
    try json.integers("publishedYears", &publishedYears)
    try json.integers("workingWeekdays", &workingWeekdays)
    try json.objects("yearly", &yearly)
  }
}

extension WorkingCalendar.NamedDay: RuleText {
  static var blank: WorkingCalendar.NamedDay { .init(day: CalendarDay(number: 0), name: .blank) }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.value("day", &day)
    try json.object("name", &name)
  }
}

extension WorkingCalendar.YearlyDay: RuleText {
  static var blank: WorkingCalendar.YearlyDay { .init(month: 1, day: 1, name: .blank) }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.integer("day", &day)
    try json.integer("month", &month)
    try json.object("name", &name)
  }
}
