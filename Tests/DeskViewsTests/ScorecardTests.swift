import Desk
import EventSourcing
import LMDB
import TestSupport
import Testing

@testable import DeskViews

@Suite("The scorecard")
struct ScorecardTests {
  private static let lan = Actor(uid: 1000, account: "lan", role: .supervisor)

  private func figure(
    _ register: Register, _ id: String, _ days: (String, String), at now: String
  ) throws -> Figure {
    let period = ScorecardPeriod(
      Fixture.day(days.0)...Fixture.day(days.1), now: Fixture.time(now), offset: Fixture.offset)
    let figures = try register.read { views, transaction in try views.figures(period, transaction) }
    return try #require(figures.first { $0.indicator.id == id })
  }

  private static let november = ("2026-11-01", "2026-11-30")

  @Test("a name that only looks the same is another cell, live and in a replay alike")
  func spelling() throws {
    let register = try Register()
    try register.receive("Hoa", at: "2026-11-16T09:00", by: "le\u{301}")
    try register.record(
      .correct(Correct(changes: .init(responsible: "l\u{E9}"), reason: "giao lại")), 1,
      at: Fixture.time("2026-11-16T10:00"))
    let inBlock = try Register()
    try inBlock.applyBlock(register.events)
    #expect(try register.rows() == inBlock.rows())
  }

  @Test("what contributes twice counts twice, live as in a replay")
  func twice() throws {
    // given a case whose ledger says the same new date twice
    let register = try Register()
    let number = try register.receive("Hoa", at: "2026-11-16T09:00")
    let due = Fixture.time("2026-11-25T17:00")
    for hour in ["10", "11"] {
      let at = Fixture.time("2026-11-17T\(hour):00")
      let facts = Apologised(cause: "late", text: "Xin lỗi.", newDue: due, answersForDate: true)
      let circumstances = CaseEvent.Circumstances(
        recordedAt: at, occurredAt: at, offset: Fixture.offset, actor: Self.lan, rules: Position(1))
      try register.apply([CaseEvent(.apologised(facts), circumstances)], to: number)
    }
    // when the views are built anew, in one block
    let rebuilt = try Register()
    try rebuilt.applyBlock(register.events)
    // then both say that two dates were given for that instant
    for desk in [register, rebuilt] {
      let kept = try figure(desk, "B3", Self.november, at: "2026-11-26T09:00")
      #expect(kept.parts[DatePart.laterBroken.rawValue] == 2)
    }
    #expect(try register.rows() == rebuilt.rows())
  }

  @Test("an open case past its date counts on the day of the date, and not before the date is past")
  func open() throws {
    let register = try Register()
    try register.receive("Hoa", at: "2026-11-16T09:00")
    for (now, broken) in [
      ("2026-11-18T17:00", 0), ("2026-11-19T16:59", 0), ("2026-11-19T17:00", 0), ("2026-11-19T17:01", 1),
      ("2026-11-23T09:00", 1),
    ] {
      let figure = try figure(register, "K3", Self.november, at: now)
      #expect(figure.numerator == broken && figure.denominator == broken, "\(now)")
    }
    #expect(try figure(register, "K3", ("2026-11-19", "2026-11-19"), at: "2026-11-23T09:00").numerator == 1)
    #expect(try figure(register, "K3", ("2026-11-20", "2026-11-30"), at: "2026-11-23T09:00").denominator == 0)
  }

  @Test("what is finished early counts on the day of its date; exactly at the date is in time, a minute later is not")
  func finished() throws {
    let register = try Register()
    for at in ["2026-11-17T09:00", "2026-11-19T17:00", "2026-11-19T17:01"] {
      let number = try register.receive("Hoa", at: "2026-11-16T09:00")
      let apology = at.hasSuffix("01") ? Fixture.apology : nil
      try register.record(.resolve(Resolve(apology: apology)), number, at: Fixture.time(at))
    }
    #expect(try figure(register, "K3", Self.november, at: "2026-11-18T09:00").denominator == 0)
    let figure = try figure(register, "K3", ("2026-11-19", "2026-11-19"), at: "2026-11-20T09:00")
    #expect(figure.numerator == 1 && figure.denominator == 3)
  }

  @Test("a withdrawal that nobody confirmed stays in, as a part of its own; one after the date leaves it broken")
  func withdrawn() throws {
    let register = try Register()
    for at in ["2026-11-18T09:00", "2026-11-20T09:00"] {
      let number = try register.receive("Hoa", at: "2026-11-16T09:00")
      try register.record(.withdraw(Withdraw(reason: "đổi ý")), number, at: Fixture.time(at))
    }
    let figure = try figure(register, "K3", Self.november, at: "2026-11-21T09:00")
    #expect(figure.parts == [DatePart.firstWithdrawn.rawValue: 1, DatePart.firstBroken.rawValue: 1])
    #expect(figure.numerator == 2 && figure.denominator == 2)
  }

  @Test("a new date is a date of its own, and never mends the first one")
  func reappointed() throws {
    let register = try Register()
    let number = try register.receive("Hoa", at: "2026-11-16T09:00")
    let newDue = DateExpression.day(Fixture.day("2026-11-24"))
    try register.record(
      .apologise(Apologise(Fixture.apology, newDue: newDue)), number, at: Fixture.time("2026-11-18T09:00"))
    try register.record(.resolve(Resolve()), number, at: Fixture.time("2026-11-23T09:00"))
    let dates = try figure(register, "B3", Self.november, at: "2026-11-25T09:00")
    #expect(dates.parts == [DatePart.firstBroken.rawValue: 1, DatePart.laterKept.rawValue: 1])
    #expect(dates.numerator == 1 && dates.denominator == 2)
    #expect(try figure(register, "K3", Self.november, at: "2026-11-25T09:00").numerator == 1)
  }

  @Test("only the citizen's own account is online by oneself; history from another register is apart")
  func online() throws {
    let register = try Register()
    for channel in [Channel.counter, .online, .online, .onlineAssisted, .post] {
      try register.receive("Hoa", at: "2026-11-16T09:00") { $0.channel = channel }
    }
    let history = ImportHistory(
      code: "NK-1", channel: .online, subject: nil, applicant: nil, responsible: nil,
      receivedAt: Fixture.time("2026-11-10T09:00"), due: Fixture.time("2026-11-12T17:00"), endedAt: nil, steps: [])
    try register.record(.importHistory(history), at: Fixture.time("2026-11-17T09:00"))
    let figure = try figure(register, "T1", Self.november, at: "2026-11-18T09:00")
    #expect(figure.numerator == 2 && figure.denominator == 5)
    #expect(figure.imported == [ReceptionPart.byOneself.rawValue: 1])
    let dates = try self.figure(register, "K3", Self.november, at: "2026-11-18T09:00")
    #expect(dates.denominator == 0 && dates.imported == [DatePart.firstBroken.rawValue: 1])
  }

  @Test("enquiries and complaints have dates of their own indicators, and are no broken date here")
  func kinds() throws {
    let register = try Register()
    let now = Fixture.time("2026-11-16T09:00")
    try register.record(.receive(Receive(.enquiry, applicant: "A")), at: now)
    try register.record(.receive(Receive(.complaint, applicant: "B")), at: now)
    try register.record(.receive(Receive(.assistance, applicant: "C")), at: now)
    let figure = try figure(register, "K3", ("2026-11-01", "2027-01-31"), at: "2027-02-01T09:00")
    #expect(figure.numerator == 1 && figure.denominator == 1)
  }

  @Test("names stand in the keys whole, their length first, and those that are too long as their hash")
  func names() {
    func key(_ procedure: String?, _ person: String?) -> [UInt8] {
      CellsView.key(
        Contribution(
          .dates, part: 1, at: .instant(Fixture.time("2026-11-16T09:00")), kind: .procedure, procedure: procedure,
          person: person, isImported: false))
    }
    let long = String(repeating: "x", count: 65)
    let keys = [
      key(nil, nil), key("", nil), key(nil, ""), key("a", "bc"), key("ab", "c"), key("abc", nil), key(nil, "abc"),
      key(long, nil), key(nil, long), key(long + "y", nil), key(String(long.dropLast()), nil),
    ]
    #expect(Set(keys).count == keys.count)
    #expect(key(String(repeating: "x", count: 4000), long).count <= 511)
    #expect(key("a", "bc").suffix(5) == [1, 97, 2, 98, 99])
  }
}
