import Desk
import EventSourcing
import TestSupport

/// With the days off of November 2026 and of Tết.
extension Fixture {
  static let calendar = WorkingCalendar(
    workingWeekdays: [1, 2, 3, 4, 5], publishedYears: [2026],
    daysOff: [
      .init(day: day("2026-11-24"), name: Text(vi: "Ngày Văn hóa Việt Nam", en: "Vietnam Culture Day")),
      .init(day: day("2026-09-01"), name: Text(vi: "Quốc khánh", en: "National Day")),
      .init(day: day("2026-09-02"), name: Text(vi: "Quốc khánh", en: "National Day")),
    ],
    makeUpDays: [.init(day: day("2026-08-22"), name: Text(vi: "làm bù", en: "make-up day"))],
    yearly: [.init(month: 1, day: 1, name: Text(vi: "Tết Dương lịch", en: "New Year's Day"))])

  static let book = book(
    calendar: calendar,
    procedures: [
      procedure("cai-chinh", .workingDays(3), aliases: ["cai-chinh-ho-tich", "Cải chính"]),
      procedure("khai-sinh", .atOnce), procedure("khieu-nai", .days(30)),
      procedure("cai-chinh", .workingDays(2), effective: "2027-01-01"),
    ], sources: .init(term: "BLDS", sameDay: "LHT", apology: "NĐ 61", kinds: "-"))

  static let clerk = Actor(uid: 1000, account: "lan", role: .clerk)
  static let supervisor = Actor(uid: 1001, account: "minh", role: .supervisor)
}

/// A case told in given / when / then: each command is decided at its own time, and what it appends is the history of
/// the next.
struct Story {
  private(set) var state = CaseState()
  private(set) var history: [CaseEvent] = []
  var book = Fixture.book
  /// The rules that the case was received under, once they differ from those in force.
  var caseBook: RuleBook?
  /// Who asks.
  var actor = Fixture.clerk
  /// How many events a case may have.
  var caseEventsMax: Int?

  /// Given what the desk recorded then.
  mutating func given(_ action: CaseCommand.Action, at now: String) throws {
    _ = try when(action, at: now)
  }

  /// Given that the ledger says so.
  mutating func given(_ event: CaseEvent) {
    history.append(event)
    state = CaseDecider.fold([event], from: state)
  }

  /// When somebody asks this at that time: the bodies of the events, or a throw of the rejection.
  @discardableResult
  mutating func when(
    _ action: CaseCommand.Action, at now: String, occurred: String? = nil, reason: String? = nil,
    expected: ExpectedVersion = .any
  ) throws(Rejection) -> [CaseEvent.Body] {
    var target: CaseEvent?
    if case .correct(let correct) = action, let version = correct.voids, Int(version.rawValue) <= history.count,
      version > .none
    {
      target = history[Int(version.rawValue) - 1]
    }
    let context = CaseDecider.Context(
      now: Fixture.time(now), actor: actor, book: book, rules: Position(1), caseBook: caseBook ?? book,
      newCode: "H56.26.07-261118-0001", voidTarget: target,
      caseEventsMax: caseEventsMax)
    let command = CaseCommand(
      action, expected: expected, occurredAt: occurred.flatMap { DateExpression(text: $0) }, reason: reason)
    let events = try CaseDecider(context).decide(command, state)
    history += events
    state = CaseDecider.fold(events, from: state)
    return events.map(\.body)
  }

  /// The rejection that this meets; nil when it is accepted.
  mutating func rejection(
    of action: CaseCommand.Action, at now: String, occurred: String? = nil, reason: String? = nil,
    expected: ExpectedVersion = .any
  ) -> Rejection? {
    do throws(Rejection) {
      try when(action, at: now, occurred: occurred, reason: reason, expected: expected)
      return nil
    } catch {
      return error
    }
  }

  func standing(at now: String) -> Standing { Standing(of: state, at: Fixture.time(now)) }

  /// A correction of civil status, 3 working days, received on Wednesday 18/11/2026 at 09:00 and so due on Monday 23/11
  /// at 17:00.
  static func received() throws -> Story {
    var story = Story()
    try story.given(
      .receive(Receive(.procedure, procedure: "cai-chinh", applicant: "Nguyễn Thị Hoa")), at: "2026-11-18T09:00")
    return story
  }

  static let apology = Apology(cause: "late", text: "Xin lỗi bà vì đã trễ hẹn.")
}
