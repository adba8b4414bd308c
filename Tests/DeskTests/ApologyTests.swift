import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("A broken date owes an apology")
struct ApologyTests {
  @Test("exactly at the due instant is on time, a moment later is late")
  func boundary() throws {
    let story = try Story.received()
    #expect(!story.standing(at: "2026-11-23T17:00").isLate)
    #expect(story.standing(at: "2026-11-23T17:00:01+07:00").isLate)
  }

  @Test("a late result is not resolved in silence, and the refusal says what is owed")
  func owed() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .resolve(Resolve()), at: "2026-11-26T10:00")
        == .apologyOwed(code: "H56.26.07-261118-0001", due: Fixture.time("2026-11-23T17:00"), days: 3))
    #expect(story.history.count == 1)
  }

  @Test("the apology may come in the same command: then both events are appended")
  func atomic() throws {
    var story = try Story.received()
    let bodies = try story.when(.resolve(Resolve(apology: Story.apology)), at: "2026-11-26T10:00")
    guard case .apologised(let apology)? = bodies.first, case .resolved? = bodies.last else {
      Issue.record("expected an apology and a result, got \(bodies)")
      return
    }
    #expect(bodies.count == 2 && apology.newDue == nil)
    #expect(story.standing(at: "2026-11-26T10:00").isLate)
    #expect(!story.standing(at: "2026-11-26T10:00").owesApology)
  }

  @Test("an apology for something else does not answer for the date")
  func otherCause() throws {
    var story = try Story.received()
    let apology = Apology(cause: "conduct", text: "Xin lỗi về thái độ.")
    let rejection = story.rejection(of: .resolve(Resolve(apology: apology)), at: "2026-11-26T10:00")
    guard case .apologyOwed = rejection else {
      Issue.record("expected apologyOwed, got \(String(describing: rejection))")
      return
    }
  }

  @Test("an apology with a new date keeps the lateness and settles the broken date")
  func reappointed() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(2))), at: "2026-11-25T08:00")
    #expect(story.state.due == Fixture.time("2026-11-27T17:00"))
    #expect(story.state.firstDue == Fixture.time("2026-11-23T17:00"))
    #expect(!story.standing(at: "2026-11-25T09:00").owesApology)
    try story.given(.resolve(Resolve()), at: "2026-11-27T16:00")
    #expect(story.standing(at: "2026-11-27T16:00").isLate)
    #expect(story.standing(at: "2026-11-27T16:00").secondDateKept == true)
  }

  @Test(
    "announced before the first date, the apology settles that date before it breaks; a second date kept is still late")
  func announced() throws {
    var story = try Story.received()
    try story.given(
      .apologise(Apologise(Story.apology, newDue: .day(Fixture.day("2026-11-26")))), at: "2026-11-20T08:00")
    #expect(!story.standing(at: "2026-11-25T08:00").owesApology)
    #expect(story.standing(at: "2026-11-25T08:00").isLate)
    #expect(story.rejection(of: .resolve(Resolve()), at: "2026-11-26T16:00") == nil)
  }

  @Test("a broken second date owes a second apology")
  func secondBroken() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00")
    #expect(story.standing(at: "2026-11-25T18:00").owesApology)
    guard case .apologyOwed = story.rejection(of: .resolve(Resolve()), at: "2026-11-26T09:00") else {
      Issue.record("resolved in silence")
      return
    }
    #expect(story.rejection(of: .resolve(Resolve(apology: Story.apology)), at: "2026-11-26T09:00") == nil)
    #expect(story.standing(at: "2026-11-26T09:00").secondDateKept == false)
  }

  @Test("a new date is named once")
  func once() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00")
    #expect(
      story.rejection(of: .apologise(Apologise(Story.apology, newDue: .workingDays(5))), at: "2026-11-25T08:00")
        == .alreadyReappointed(code: "H56.26.07-261118-0001", due: Fixture.time("2026-11-25T17:00")))
  }

  @Test("a supervisor names a second new date, and it settles the one that was broken")
  func secondBySupervisor() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00")
    story.actor = Fixture.supervisor
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(5))), at: "2026-11-26T08:00")
    #expect(story.state.reappointments == 2)
    #expect(story.state.due == Fixture.time("2026-12-03T17:00"))
    #expect(!story.standing(at: "2026-11-26T08:00").owesApology && story.standing(at: "2026-11-26T08:00").isLate)
  }

  @Test("an unfinished case needs a new date with the apology, a finished one takes none")
  func newDateWhen() throws {
    var story = try Story.received()
    guard case .newDateMissing = story.rejection(of: .apologise(Apologise(Story.apology)), at: "2026-11-25T08:00")
    else {
      Issue.record("an apology without a new date was taken")
      return
    }
    try story.given(.resolve(Resolve()), at: "2026-11-23T16:00")
    guard
      case .newDateNotExpected = story.rejection(
        of: .apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-25T08:00")
    else {
      Issue.record("a finished case was re-appointed")
      return
    }
  }

  @Test(
    "a new date is a working day, and the refusal names the next one",
    arguments: [("2026-11-24", "2026-11-25"), ("2026-11-28", "2026-11-30")])
  func workingDay(date: String, next: String) throws {
    var story = try Story.received()
    guard
      case .notWorkingDay(let day, _, let proposed)? = story.rejection(
        of: .apologise(Apologise(Story.apology, newDue: .day(Fixture.day(date)))), at: "2026-11-23T08:00")
    else {
      Issue.record("a day off was taken")
      return
    }
    #expect(day == Fixture.day(date) && proposed == Fixture.day(next))
  }

  @Test("a new date is later than the old one and than now")
  func later() throws {
    var story = try Story.received()
    for date in ["2026-11-20", "2026-11-23"] {
      guard
        case .dateNotLater = story.rejection(
          of: .apologise(Apologise(Story.apology, newDue: .day(Fixture.day(date)))), at: "2026-11-19T08:00")
      else {
        Issue.record("\(date) was taken")
        return
      }
    }
  }

  @Test("a cause that the rules do not list is refused with those they do")
  func unknownCause() throws {
    var story = try Story.received()
    let apology = Apology(cause: "weather", text: "Mưa.")
    #expect(
      story.rejection(of: .apologise(Apologise(apology, newDue: .workingDays(9))), at: "2026-11-23T08:00")
        == .unknownCause("weather", known: ["late", "conduct"]))
  }

  @Test("a case keeps the rules it was received under, whatever is adopted since")
  func oldRules() throws {
    var story = try Story.received()
    var newer = Fixture.book
    newer.rules.reappointmentsMax = 0
    newer.rules.causes = []
    story.caseBook = story.book
    story.book = newer
    #expect(
      story.rejection(of: .apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00") == nil)
  }

  @Test("how late a result was is counted to the result, not to the day it is fetched")
  func daysLate() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00")
    try story.given(.resolve(Resolve(apology: Story.apology)), at: "2026-11-26T09:00")
    try story.given(.correct(Correct(voids: Version(3), reason: "nhầm")), at: "2026-11-26T09:30")
    guard case .apologyOwed(_, _, let days)? = story.rejection(of: .return(Return()), at: "2026-11-30T09:00") else {
      Issue.record("handed over in silence")
      return
    }
    #expect(days == 1)
  }
}
