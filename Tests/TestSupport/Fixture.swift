public import Desk

/// The office of the tests: a commune at +07:00 that works 07:30–17:00, Monday to Friday.
public enum Fixture {
  public static let offset = UTCOffset(text: "+07:00") ?? .utc

  /// - Parameter text: the office's own time to the minute, or RFC 3339.
  public static func time(_ text: String) -> Timestamp {
    Timestamp(rfc3339: text + ":00+07:00") ?? Timestamp(rfc3339: text) ?? Timestamp(microseconds: 0)
  }

  public static func day(_ text: String) -> CalendarDay { CalendarDay(text: text) ?? CalendarDay(number: 0) }
  public static func clock(_ text: String) -> TimeOfDay { TimeOfDay(text: text) ?? .midnight }

  public static let plainCalendar = WorkingCalendar(
    workingWeekdays: [1, 2, 3, 4, 5], publishedYears: [2026], daysOff: [], makeUpDays: [], yearly: [])

  public static let late = RuleSet.Cause(
    id: "late", name: Text(vi: "trễ hẹn", en: "a missed date"), answersForDate: true)
  public static let conduct = RuleSet.Cause(
    id: "conduct", name: Text(vi: "thái độ", en: "conduct"), answersForDate: false)

  public static func procedure(
    _ id: String, _ term: Term, name: Text? = nil, aliases: [String] = [], papers: [String] = [], source: String = "-",
    effective: String = "2016-01-01"
  ) -> Procedure {
    Procedure(
      id: id, aliases: aliases, nationalID: nil, name: name ?? Text(vi: id, en: id), term: term, papers: papers,
      fee: Text(vi: "Không", en: "None"), source: source, effective: day(effective), isConfirmed: true)
  }

  /// Its rules, with what a test wants otherwise.
  public static func book(
    prefix: String = "H56.26.07", calendar: WorkingCalendar = plainCalendar, procedures: [Procedure],
    causes: [RuleSet.Cause] = [late, conduct],
    sources: RuleSet.Sources = .init(term: "-", sameDay: "-", apology: "-", kinds: "-")
  ) -> RuleBook {
    RuleBook(
      office: Office(
        name: Text(vi: "Xã", en: "Commune"), place: Text(vi: "Thanh Hóa", en: "Thanh Hóa"), codePrefix: prefix,
        utcOffset: offset, opens: clock("07:30"), closes: clock("17:00")),
      calendar: calendar, procedures: procedures,
      rules: RuleSet(
        version: "test", effective: day("2025-07-01"), sameDayCutoff: clock("15:00"), reappointmentsMax: 1,
        causes: causes, enquiryTerm: .atOnce, complaintTerm: .days(30), assistanceTerm: .atOnce, sources: sources))
  }
}
