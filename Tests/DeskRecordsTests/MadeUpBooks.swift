import Desk

/// Rule books that are made up so that every member of the stored text is there, or may be missing.
enum MadeUpBooks {
  /// Whatever JSON escapes, and what it does not.
  static let odd = "“Văn hóa”/\"\\\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}\u{2028}é\u{301}🏛"

  /// Every member is set.
  static let full = RuleBook(
    office: Office(
      name: text("office"), place: Text(vi: odd, en: ""), codePrefix: "H56.26.07",
      utcOffset: UTCOffset(text: "-03:30") ?? .utc, opens: clock("07:30"), closes: clock("17:00:30")),
    calendar: WorkingCalendar(
      workingWeekdays: [6, 1, 5], publishedYears: [2027, 2026],
      daysOff: [.init(day: day("2026-11-24"), name: text("off")), .init(day: day("2026-01-01"), name: text("first"))],
      makeUpDays: [.init(day: day("2026-08-22"), name: text("make-up"))],
      yearly: [.init(month: 4, day: 30, name: text("yearly")), .init(month: 1, day: 1, name: text("new year"))]),
    procedures: [
      procedure("at-once", .atOnce, aliases: ["ao", odd], nationalID: "1.004859", papers: ["Tờ khai", odd]),
      procedure("one-working", .workingDays(1), isConfirmed: false), procedure("three-working", .workingDays(3)),
      procedure("one", .days(1)), procedure("thirty", .days(30), nationalID: ""), procedure("imported", .imported),
    ],
    rules: RuleSet(
      version: odd, effective: day("2025-07-01"), sameDayCutoff: clock("15:00"), reappointmentsMax: 2,
      backdatingDaysMax: 30,
      causes: [
        .init(id: "late", name: text("late"), answersForDate: true),
        .init(id: "conduct", name: text("conduct"), answersForDate: false),
      ],
      holds: [
        Hold(
          kinds: CaseKind.allCases, procedures: ["at-once"], cases: ["H56.26.07-261118-0001", odd],
          reason: text("hold"), source: odd),
        Hold(kinds: [], procedures: [], cases: [], reason: Text(vi: "", en: ""), source: ""),
      ],
      enquiryTerm: .atOnce, complaintTerm: .days(30), assistanceTerm: .workingDays(1),
      sources: .init(term: "BLDS", sameDay: "LHT", apology: "NĐ 61", kinds: odd)))

  /// No member that may be missing is there, and every list is empty.
  static let bare = RuleBook(
    office: Office(
      name: Text(vi: "", en: ""), place: Text(vi: "", en: ""), codePrefix: "", utcOffset: .utc, opens: .midnight,
      closes: .midnight),
    calendar: WorkingCalendar(workingWeekdays: [], publishedYears: [], daysOff: [], makeUpDays: [], yearly: []),
    procedures: [],
    rules: RuleSet(
      version: "", effective: CalendarDay(number: 0), sameDayCutoff: .midnight, reappointmentsMax: 0, causes: [],
      enquiryTerm: .atOnce, complaintTerm: .atOnce, assistanceTerm: .atOnce,
      sources: .init(term: "", sameDay: "", apology: "", kinds: "")))

  private static func text(_ what: String) -> Text { Text(vi: "vi \(what)", en: "en \(what)") }
  private static func day(_ text: String) -> CalendarDay { CalendarDay(text: text) ?? CalendarDay(number: 0) }
  private static func clock(_ text: String) -> TimeOfDay { TimeOfDay(text: text) ?? .midnight }

  private static func procedure(
    _ id: String, _ term: Term, aliases: [String] = [], nationalID: String? = nil, papers: [String] = [],
    isConfirmed: Bool = true
  ) -> Procedure {
    Procedure(
      id: id, aliases: aliases, nationalID: nationalID, name: text(id), term: term, papers: papers, fee: text("fee"),
      source: "Luật Hộ tịch", effective: day("2016-01-01"), isConfirmed: isConfirmed)
  }
}
