import Desk
import DeskViews
import EventSourcing
import TestSupport
import Testing

@Suite("The tally")
struct TallyTests {
  @Test("columns are local days, the week from Monday, and the month")
  func columns() throws {
    let register = try Register()
    // Sunday 1 November and Saturday 31 October; the week of Wednesday the 4th began on Monday the 2nd.
    for at in [
      "2026-10-31T23:59", "2026-11-01T00:00", "2026-11-01T23:59", "2026-11-02T00:00", "2026-11-03T12:00",
      "2026-11-04T00:00", "2026-11-04T08:00",
    ] {
      try register.receive("A", at: at)
    }
    let tally = try register.tally(at: "2026-11-04T09:00")
    #expect(tally.today.received == 2)
    #expect(tally.yesterday.received == 1)
    #expect(tally.thisWeek.received == 4)
    #expect(tally.thisMonth.received == 6)
    #expect(tally.all.received == 7)
    let sunday = try register.tally(at: "2026-11-01T23:59")
    #expect(sunday.today.received == 2 && sunday.yesterday.received == 1)
    #expect(sunday.thisWeek.received == 3 && sunday.thisMonth.received == 2)
    let monday = try register.tally(at: "2026-11-02T00:00")
    #expect(monday.today.received == 1 && monday.thisWeek.received == 1)
  }

  @Test("a result counts on the day when it was resolved, a receipt on its own")
  func days() throws {
    let register = try Register()
    let number = try register.receive("A", at: "2026-11-16T09:00")
    try register.record(.resolve(Resolve()), number, at: Fixture.time("2026-11-18T16:00"))
    let tally = try register.tally(at: "2026-11-18T18:00")
    #expect(tally.today.received == 0 && tally.today.resolvedOnTime == 1)
    #expect(tally.thisWeek.received == 1 && tally.thisWeek.resolvedOnTime == 1)
    #expect(try register.tally(at: "2026-11-17T18:00").today.resolvedOnTime == 0)
  }

  @Test("exactly at the due instant is on time, a minute later is late; handing over later changes nothing")
  func lateness() throws {
    let register = try Register()
    for (resolved, onTime) in [("2026-11-19T17:00", true), ("2026-11-19T17:01", false)] {
      let number = try register.receive("A", at: "2026-11-16T09:00")
      let apology = onTime ? nil : Fixture.apology
      try register.record(.resolve(Resolve(apology: apology)), number, at: Fixture.time(resolved))
      try register.record(.return(Return()), number, at: Fixture.time("2026-11-25T09:00"))
    }
    let all = try register.tally(at: "2026-11-25T10:00").all
    #expect(all.resolvedOnTime == 1 && all.resolvedLate == 1)
  }

  @Test("enquiries and complaints are counted apart, and help with the cases")
  func groups() throws {
    let register = try Register()
    let now = Fixture.time("2026-11-18T09:00")
    try register.receive("A", at: "2026-11-18T09:00")
    try register.record(.receive(Receive(.assistance, applicant: "B")), at: now)
    try register.record(.receive(Receive(.complaint, applicant: "C")), at: now)
    try register.record(
      .enquire(Receive(.enquiry), Consult(question: "Giấy tờ gì?", guidance: "Tờ khai.")), at: now)
    #expect(try register.tally(.cases, at: "2026-11-18T10:00").today.received == 2)
    #expect(try register.tally(.complaints, at: "2026-11-18T10:00").today.received == 1)
    let enquiries = try register.tally(.enquiries, at: "2026-11-18T10:00")
    #expect(enquiries.today.received == 1 && enquiries.today.resolvedOnTime == 1 && enquiries.now.open == 0)
  }

  @Test("withdrawn is counted apart, and after the due date also as withdrawn late")
  func withdrawn() throws {
    let register = try Register()
    let early = try register.receive("A", at: "2026-11-16T09:00")
    let late = try register.receive("B", at: "2026-11-16T09:00")
    try register.record(.withdraw(Withdraw(reason: "đổi ý")), early, at: Fixture.time("2026-11-17T09:00"))
    try register.record(.withdraw(Withdraw(reason: "đợi lâu")), late, at: Fixture.time("2026-11-20T09:00"))
    let tally = try register.tally(at: "2026-11-20T10:00")
    #expect(tally.all.withdrawn == 2 && tally.all.withdrawnLate == 1)
    #expect(tally.today.withdrawn == 1 && tally.today.withdrawnLate == 1)
    #expect(tally.all.resolvedLate == 0 && tally.now.openLate == 0 && tally.now.open == 0)
    #expect(tally.now.apologiesOwed == 0)
  }

  @Test("what is open and late now follows the clock without any event")
  func now() throws {
    let register = try Register()
    try register.receive("A", at: "2026-11-16T09:00")
    #expect(try register.tally(at: "2026-11-19T17:00").now.openLate == 0)
    let late = try register.tally(at: "2026-11-19T17:01").now
    #expect(late.open == 1 && late.openLate == 1 && late.apologiesOwed == 1)
  }

  @Test("voiding what was recorded by mistake gives the counts and every row back")
  func voided() throws {
    let register = try Register()
    let number = try register.receive("A", at: "2026-11-16T09:00")
    let before = (try register.tally(at: "2026-11-20T10:00"), try register.rows())
    for action in [
      CaseCommand.Action.withdraw(Withdraw(reason: "nhầm")), .resolve(Resolve(apology: Fixture.apology)),
    ] {
      let now = Fixture.time("2026-11-20T09:00")
      let version = register.states[number]?.version ?? .none
      try register.record(action, number, at: now)
      #expect(try register.tally(at: "2026-11-20T10:00") != before.0)
      let last = register.states[number]?.version ?? .none
      for voided in stride(from: last.rawValue, to: version.rawValue, by: -1) {
        try register.record(.correct(Correct(voids: Version(voided), reason: "nhầm hồ sơ")), number, at: now)
      }
      #expect(try register.tally(at: "2026-11-20T10:00") == before.0)
    }
    // The case itself remembers that there were more versions.
    func others(_ rows: [String]) -> [String] { rows.filter { !$0.hasPrefix("cases ") } }
    #expect(try others(register.rows()) == others(before.1))
  }

  @Test("in all, received is on time, late, withdrawn and open together")
  func identity() throws {
    let register = try Register()
    for index in 0..<12 {
      let number = try register.receive("A\(index)", at: "2026-11-16T09:00")
      switch index % 4 {
      case 0: try register.record(.resolve(Resolve()), number, at: Fixture.time("2026-11-17T09:00"))
      case 1:
        try register.record(.resolve(Resolve(apology: Fixture.apology)), number, at: Fixture.time("2026-11-23T09:00"))
      case 2: try register.record(.withdraw(Withdraw(reason: "đổi ý")), number, at: Fixture.time("2026-11-23T09:00"))
      default: break
      }
    }
    let tally = try register.tally(at: "2026-11-23T10:00")
    #expect(tally.all.received == 12)
    #expect(
      tally.all.resolvedOnTime == 3 && tally.all.resolvedLate == 3 && tally.all.withdrawn == 3 && tally.now.open == 3)
  }
}
