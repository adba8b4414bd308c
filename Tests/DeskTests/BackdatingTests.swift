import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("What happened earlier than it is recorded")
struct BackdatingTests {
  @Test("nothing happens in the future")
  func future() throws {
    var story = try Story.received()
    #expect(
      story.rejection(
        of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", occurred: "2026-11-19T09:01", reason: "r")
        == .inFuture(Fixture.time("2026-11-19T09:01"), now: Fixture.time("2026-11-19T09:00")))
  }

  @Test("earlier needs a reason")
  func reason() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", occurred: "2026-11-19T08:00")
        == .backdatingNeedsReason(Fixture.time("2026-11-19T08:00")))
  }

  @Test("earlier is never before the receipt")
  func beforeReceipt() throws {
    var story = try Story.received()
    guard
      case .beforeReceipt = story.rejection(
        of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", occurred: "2026-11-18T08:59", reason: "quên ghi")
    else {
      Issue.record("a step before the receipt was taken")
      return
    }
  }

  @Test(
    "a clerk records up to the configured calendar days later, whatever the hours; beyond them a supervisor does",
    arguments: [("2026-11-21T23:59", 3), ("2026-11-22T00:00", 4), ("2026-11-30T09:00", 12)])
  func tooFar(now: String, days: Int) throws {
    for (daysMax, actor) in [(3, Fixture.clerk), (3, Fixture.supervisor), (nil, Fixture.clerk)] {
      var story = try Story.received()
      story.book.rules.backdatingDaysMax = daysMax
      story.actor = actor
      let isRefused = days > daysMax ?? .max && actor == Fixture.clerk
      #expect(
        story.rejection(
          of: .consult(Consult(question: "q", guidance: "g")), at: now, occurred: "2026-11-18T09:00", reason: "quên ghi"
        )
          == (isRefused ? .backdatedTooFar(Fixture.time("2026-11-18T09:00"), days: days, daysMax: 3) : nil))
    }
  }

  @Test("a request that is recorded long after it was handed in needs a supervisor, too")
  func receiptTooFar() {
    var story = Story()
    story.book.rules.backdatingDaysMax = 3
    let receive = CaseCommand.Action.receive(Receive(.procedure, procedure: "cai-chinh", applicant: "Hoa"))
    func rejection() -> Rejection? {
      story.rejection(of: receive, at: "2026-11-18T09:00", occurred: "2026-11-14T09:00", reason: "mất điện")
    }
    #expect(rejection() == .backdatedTooFar(Fixture.time("2026-11-14T09:00"), days: 4, daysMax: 3))
    story.actor = Fixture.supervisor
    #expect(rejection() == nil)
  }

  @Test("late never turns into on time")
  func crossing() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .resolve(Resolve()), at: "2026-11-25T09:00", occurred: "2026-11-23T16:00", reason: "quên ghi")
        == .backdatingAcrossDue(Fixture.time("2026-11-23T16:00"), due: Fixture.time("2026-11-23T17:00")))
    #expect(
      story.rejection(of: .resolve(Resolve()), at: "2026-11-23T16:59", occurred: "2026-11-20T16:00", reason: "quên ghi")
        == nil)
  }

  @Test("an enquiry answered in one command does not turn late into on time either")
  func enquiry() {
    var story = Story()
    let enquire = CaseCommand.Action.enquire(Receive(.enquiry), Consult(question: "q", guidance: "g"))
    #expect(
      story.rejection(of: enquire, at: "2026-11-25T09:00", occurred: "2026-11-18T09:00", reason: "quên ghi")
        == .backdatingAcrossDue(Fixture.time("2026-11-18T09:00"), due: Fixture.time("2026-11-18T17:00")))
    #expect(
      story.rejection(of: enquire, at: "2026-11-18T16:00", occurred: "2026-11-18T09:00", reason: "quên ghi") == nil)
  }

  @Test("a hand-over on the due day may be recorded later: the result was there in time")
  func handover() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    #expect(
      story.rejection(of: .return(Return()), at: "2026-11-25T09:00", occurred: "2026-11-23T16:00", reason: "quên ghi")
        == nil)
    #expect(!story.standing(at: "2026-11-25T09:00").isLate)
  }

  @Test("a day before 1900 is no date of ours", arguments: ["0001-01-02", "1899-12-31T09:00", "9999-12-31"])
  func bounds(text: String) { #expect(DateExpression(text: text) == nil) }
}
