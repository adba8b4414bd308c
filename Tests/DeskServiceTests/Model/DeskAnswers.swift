import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import LMDB
import TestSupport

/// The same answers as `ModelAnswers`, from the desk.
struct DeskAnswers {
  let service: DeskService
  let now: Micros

  private var instant: Timestamp { Timestamp(microseconds: now) }

  func line(_ row: CaseRow, withNames: Bool = true) -> String {
    let (state, facts) = (row.state, row.state.reception?.facts)
    let standing = Standing(of: state, at: instant)
    let line = CaseLine(
      code: facts?.code ?? "-", version: Int(state.version.rawValue), status: "\(state.status)",
      firstDue: state.firstDue?.microseconds ?? 0, due: state.due?.microseconds ?? 0, isOpen: state.isOpen,
      isEnded: state.isEnded, isLate: standing.isLate, owes: standing.owesApology,
      secondDateKept: standing.secondDateKept, isProvisional: facts?.isProvisional ?? false,
      newDates: state.reappointments, clerk: state.clerk ?? "-",
      outcome: state.resolution?.facts.outcome.map { "\($0)" }, erased: state.erasure != nil)
    return line.text + (withNames ? " \(facts?.applicant ?? "-") \(facts?.subject ?? "-")" : "")
  }

  /// In pages of a few, so that a page ends in the middle of everything.
  func list(_ query: ModelQuery) throws -> [String] {
    var pages = DeskViews.list(query.filter, now: instant)
    var lines: [String] = []
    while let page = try pages.next(limit: 7, in: service.views) { lines += page.map { line($0) } }
    return lines
  }

  /// As it is told later of this moment.
  func pastList(_ query: ModelQuery) throws -> [String] {
    var pages = try service.list(query.filter, asOf: AsOf(instant))
    var lines: [String] = []
    while let page = try pages.next(limit: 7, in: service) { lines += page.map { line($0, withNames: false) } }
    return lines
  }

  func duties() throws -> [String] {
    var pages = DeskViews.next(clerk: nil, now: instant, offset: Fixture.offset)
    var lines: [String] = []
    while let page = try pages.next(limit: 5, in: service.views) {
      lines += page.map { "\($0.reason) \($0.row.state.reception?.facts.code ?? "-")" }
    }
    return lines
  }

  /// What is told of as owed, each promise by itself.
  func owed() throws -> [String] {
    var pages = DeskViews.owed()
    var lines: [String] = []
    while let page = try pages.next(limit: 3, in: service.views) {
      for owed in page { lines += owed.promises.map { line($0, of: owed.row.number) } }
    }
    return lines.sorted()
  }

  /// The promises that are open in the states themselves, of every kind and of every case, whatever its status.
  func openPromises() throws -> [String] {
    let views = try service.views
    let transaction = try views.store.environment.beginRead()
    var lines: [String] = []
    for number in 1..<UInt64(try views.caseCount(transaction) + 1) {
      lines += try views.state(of: number, transaction).promises.filter(\.isOpen).map { line($0, of: number) }
    }
    return lines.sorted()
  }

  /// How many open promises are of cases that have ended.
  func owedByEnded() throws -> Int {
    var pages = DeskViews.owed()
    var count = 0
    while let page = try pages.next(limit: 50, in: service.views) {
      for owed in page where owed.row.state.isEnded { count += owed.promises.count }
    }
    return count
  }

  private func line(_ promise: Promise, of number: UInt64) -> String {
    "case \(number) owes \(promise.kind) since v\(promise.madeBy.rawValue)"
  }

  func search(_ text: String) throws -> [String] {
    var pages = DeskViews.search(text)
    var codes: [String] = []
    while let page = try pages.next(limit: 3, in: service.views) {
      codes += page.map { $0.state.reception?.facts.code ?? "-" }
    }
    return codes.sorted()
  }

  func tally() throws -> [String] { lines(try service.tally(at: instant)) }
  func pastTally() throws -> [String] { lines(try service.tally(asOf: AsOf(instant))) }

  func scorecard() throws -> [String] { lines(try service.scorecard(days)) }
  func pastScorecard() throws -> [String] { lines(try service.scorecard(days, asOf: AsOf(instant))) }

  /// The month that ends with today.
  private var days: ClosedRange<CalendarDay> {
    let today = instant.day(at: Fixture.offset)
    return today.adding(-30)...today
  }

  private func lines(_ figures: [Figure]) -> [String] {
    figures.map { figure in
      func text(_ parts: [UInt8: Int]) -> String {
        parts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      }
      return "\(figure.indicator.id) \(figure.numerator)/\(figure.denominator) of \(text(figure.parts)), "
        + "imported \(text(figure.imported))"
    }
  }

  private func lines(_ tally: Tally) -> [String] {
    [("", tally.all), ("imported ", tally.imported)].flatMap { which, groups in
      TallyGroup.allCases.flatMap { group in
        let columns = groups[group] ?? Columns()
        return [columns.today, columns.yesterday, columns.thisWeek, columns.thisMonth, columns.all]
          .map { "\(which)\(group) \($0)" } + ["\(which)\(group) \(columns.now)"]
      }
    }
  }

  func history(_ row: CaseRow) throws -> [String] {
    var lines: [String] = []
    while true {
      let page = try service.history(of: row, from: Version(UInt32(lines.count + 1)), limit: 3)
      if page.isEmpty { return lines }
      lines += page.map { line($0) }
    }
  }

  private func line(_ event: LedgerEvent) -> String {
    var type = "office"
    if case .desk(let body) = event.body { type = String("\(body)".prefix { $0 != "(" }) }
    let circumstances = event.circumstances
    return "v\(event.version.rawValue) @\(event.position.rawValue) \(type) \(circumstances.recordedAt.microseconds) "
      + "\(circumstances.occurredAt.microseconds) \(ModelNames.both(circumstances.actor))"
  }
}
