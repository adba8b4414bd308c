import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

/// The answers of a desk beside those of somebody who looks through all of its cases.
private struct PlainAnswers {
  let service: DeskService
  let now: Timestamp

  private func list(_ filter: CaseFilter) throws -> [UInt64] {
    var pages = DeskViews.list(filter, now: now)
    var numbers: [UInt64] = []
    while let page = try pages.next(limit: 70, in: service.views) { numbers += page.map(\.number) }
    return numbers
  }

  private func duties() throws -> [UInt64] {
    var pages = DeskViews.next(clerk: nil, now: now, offset: Fixture.offset)
    var numbers: [UInt64] = []
    while let page = try pages.next(limit: 50, in: service.views) { numbers += page.map(\.row.number) }
    return numbers
  }

  private func owed() throws -> [UInt64: Int] {
    var pages = DeskViews.owed()
    var owed: [UInt64: Int] = [:]
    while let page = try pages.next(limit: 50, in: service.views) {
      for entry in page { owed[entry.row.number, default: 0] += entry.promises.count }
    }
    return owed
  }

  /// Late, apology owed, second date kept: from the dates themselves, without promises.
  private func standing(_ state: CaseState) -> [Bool?] {
    guard let firstDue = state.firstDue, let due = state.due else { return [] }
    func isPast(_ date: Timestamp) -> Bool {
      state.resolution.map { $0.at > date } ?? (state.withdrawal == nil && now > date)
    }
    return [
      isPast(firstDue), !state.isEnded && isPast(due) && !state.hasSettled(due),
      state.reappointments > 0 ? state.resolution.map { $0.at <= due } : nil,
    ]
  }

  /// What the two differ in.
  func differences() throws -> [String] {
    var texts: [String] = []
    let views = try service.views
    let transaction = try views.store.environment.beginRead()
    let rows = try (1...UInt64(views.caseCount(transaction))).map {
      CaseRow(number: $0, state: try views.state(of: $0, transaction))
    }
    for query in ModelQuery.all(now: now.microseconds) {
      let meant = rows.compactMap { query.filter.place(of: $0, at: now) }.sorted().map(\.number)
      if try list(query.filter) != meant { texts.append("list \(query)") }
    }
    var tally = TallyFold(now: now, offset: Fixture.offset)
    for row in rows {
      tally.add(row.state)
      let standing = Standing(of: row.state, at: now)
      if [standing.isLate, standing.owesApology, standing.secondDateKept] != self.standing(row.state) {
        texts.append("standing of \(row.number)")
      }
    }
    if try service.tally(at: now) != tally.tally { texts.append("tally") }
    let toDo = rows.filter { $0.state.isOpen || $0.state.resolution != nil && !$0.state.isEnded }
    if try duties().sorted() != toDo.map(\.number) { texts.append("next") }
    let open = rows.map { ($0.number, $0.state.promises.count(where: \.isOpen)) }.filter { $0.1 > 0 }
    if try owed() != Dictionary(uniqueKeysWithValues: open) { texts.append("owed") }
    return texts
  }
}

@Suite("Answers about the register")
struct RegisterAnswersTests {
  private static let path = Project.folder.deletingLastPathComponent().path + "/shared/data/municipal-receipts.csv"

  @Test(
    "lists, what to do next, what is owed and the tally are what a look at each case says, at any time",
    .enabled(
      if: FileManager.default.fileExists(atPath: path), "skipped: ../shared/data/municipal-receipts.csv is not here"))
  func register() async throws {
    var columns = ImportMapping.Columns(
      code: "case:concept:name", receivedAt: "case:startdate", due: "case:deadline", activity: "concept:name",
      at: "time:timestamp")
    columns.endedAt = "case:enddate"
    columns.responsible = "case:responsible"
    columns.channel = "case:channel"
    let mapping = ImportMapping(columns: columns, channels: ["Internet": .online], emptyWords: ["EMPTY"], text: "")
    let log = try EventLog(
      try String(contentsOfFile: Self.path, encoding: .utf8), mapping, for: Fixture.importOffice)
    try await Desktop().during { service in
      try await service.run(log, skipping: [], actor: Fixture.minh) { _ in }
      for at in ["2011-03-01T09:00", "2011-09-30T17:00", "2012-01-23T12:00", "2026-11-18T09:30"] {
        #expect(try PlainAnswers(service: service, now: Fixture.time(at)).differences() == [], "\(at)")
      }
      // The scorecard holds the register apart, whole: ended by the deadline 952, after it 377, not ended 105.
      let figures = try service.scorecard(Fixture.day("2010-01-01")...Fixture.day("2026-11-17"))
      let dates = try #require(figures.first { $0.indicator.id == "K3" })
      #expect(dates.denominator == 0 && dates.numerator == 0)
      #expect(dates.imported == [DatePart.firstKept.rawValue: 952, DatePart.firstBroken.rawValue: 377 + 105])
    }
  }
}
