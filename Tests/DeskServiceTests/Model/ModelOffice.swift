import Desk
import TestSupport

/// An office of the model: its few rules as plain values, and the rule book that says the same to the real desk.
struct ModelOffice {
  enum Term {
    case atOnce
    case workingDays(Int)
    case days(Int)
  }

  var version: String
  /// The procedures by name.
  var procedures: [String: Term]
  var newDatesMax: Int
  /// How many calendar days later a clerk may record something.
  var daysBackMax: Int?
  /// The causes of apologies, and whether each answers for a broken date.
  var causes: [String: Bool]
  /// Cases of these procedures must be kept.
  var heldProcedures: Set<String>
  /// Whether somebody is to be told of what is decided about his case.
  var hasNotices: Bool
  /// Who may go beyond the two.
  static let supervisors: Set<String> = ["minh"]
  let complaint = Term.days(30)
  let enquiry = Term.atOnce
  let assistance = Term.workingDays(2)

  static let first = ModelOffice(
    version: "1", procedures: ["cai-chinh": .workingDays(3), "khai-sinh": .atOnce, "tro-cap": .days(10)],
    newDatesMax: 1, daysBackMax: 3, causes: ["late": true, "conduct": false], heldProcedures: ["tro-cap"],
    hasNotices: true)
  /// What the office decides later: cases that it had received before keep what they were received under, and notices that
  /// were promised are owed still.
  static let second = ModelOffice(
    version: "2", procedures: ["cai-chinh": .workingDays(1), "khai-sinh": .workingDays(5), "tro-cap": .days(20)],
    newDatesMax: 2, daysBackMax: nil, causes: ["late": true, "conduct": true, "wait": false],
    heldProcedures: ["khai-sinh"], hasNotices: false)

  func term(_ kind: CaseKind, _ procedure: String?) -> Term {
    switch kind {
    case .enquiry: enquiry
    case .complaint: complaint
    case .procedure, .assistance: procedure.flatMap { procedures[$0] } ?? assistance
    }
  }

  /// Whether it has a date that is worth a slip.
  func takesTime(_ kind: CaseKind, _ procedure: String?) -> Bool {
    if case .atOnce = term(kind, procedure) { false } else { true }
  }

  /// The end of the office hours of the day that a request received then is promised for.
  func due(_ term: Term, receivedAt: Micros) -> (instant: Micros, isProvisional: Bool) {
    let arrived = Almanac.index(of: receivedAt)
    let receipt = Almanac.workingDay(onOrAfter: arrived)
    let end: Int
    switch term {
    case .atOnce:
      let isTooLate = receipt == arrived && Almanac.secondsOfDay(receivedAt) > 15 * 3600
      end = isTooLate ? Almanac.workingDay(1, after: receipt) : receipt
    case .workingDays(let count): end = Almanac.workingDay(count, after: receipt)
    case .days(let count): end = Almanac.workingDay(onOrAfter: receipt + count)
    }
    return (Almanac.instant(end, 17), !(arrived...end).allSatisfy { Almanac.days[$0].isPublished })
  }

  /// When somebody is to be told of what is recorded then: by the end of that day's office hours, or of the next ones.
  func noticeDue(recordedAt: Micros) -> Micros {
    let day = Almanac.workingDay(onOrAfter: Almanac.index(of: recordedAt))
    let due = Almanac.instant(day, 17)
    return recordedAt <= due ? due : Almanac.instant(Almanac.workingDay(1, after: day), 17)
  }

  var book: RuleBook {
    func named(_ days: [String]) -> [WorkingCalendar.NamedDay] {
      days.map { .init(day: Fixture.day($0), name: Text(vi: "Nghỉ", en: "Off")) }
    }
    var book = Fixture.book()
    book.calendar = WorkingCalendar(
      workingWeekdays: [1, 2, 3, 4, 5], publishedYears: [2026], daysOff: named(Almanac.daysOff),
      makeUpDays: named([Almanac.makeUpDay]),
      yearly: Almanac.yearly.map { .init(month: $0.month, day: $0.day, name: Text(vi: "Lễ", en: "Holiday")) })
    let sample = book.procedures[0]
    book.procedures = procedures.sorted { $0.key < $1.key }.map { name, term in
      var procedure = sample
      (procedure.id, procedure.term) = (name, Self.term(term))
      return procedure
    }
    book.rules.version = version
    book.rules.reappointmentsMax = newDatesMax
    book.rules.backdatingDaysMax = daysBackMax
    book.rules.causes = causes.sorted { $0.key < $1.key }.map {
      .init(id: $0.key, name: Text(vi: $0.key, en: $0.key), answersForDate: $0.value)
    }
    book.rules.measures.notices = hasNotices
    book.rules.holds = [
      Hold(kinds: [], procedures: heldProcedures.sorted(), cases: [], reason: Text(vi: "luật", en: "law"), source: "-")
    ]
    book.rules.enquiryTerm = Self.term(enquiry)
    book.rules.complaintTerm = Self.term(complaint)
    book.rules.assistanceTerm = Self.term(assistance)
    return book
  }

  private static func term(_ term: Term) -> Desk.Term {
    switch term {
    case .atOnce: .atOnce
    case .workingDays(let count): .workingDays(count)
    case .days(let count): .days(count)
    }
  }
}
