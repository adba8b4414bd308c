import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Resolving, handing over, withdrawing")
struct EndTests {
  @Test("an enquiry is not resolved without advice")
  func enquiry() throws {
    var story = Story()
    try story.given(.receive(Receive(.enquiry)), at: "2026-11-18T09:00")
    guard case .consultationMissing = story.rejection(of: .resolve(Resolve()), at: "2026-11-18T09:05") else {
      Issue.record("an enquiry was resolved without advice")
      return
    }
    try story.given(.consult(Consult(question: "Giấy tờ gì?", guidance: "Tờ khai.")), at: "2026-11-18T09:10")
    #expect(story.rejection(of: .resolve(Resolve()), at: "2026-11-18T09:11") == nil)
    #expect(story.state.isEnded)
    #expect(story.state.resolution?.facts.outcome == .answered)
  }

  @Test("an enquiry may be opened, answered and closed in one command")
  func enquiryAtOnce() throws {
    var story = Story()
    let bodies = try story.when(
      .enquire(Receive(.enquiry), Consult(question: "Mấy giờ mở cửa?", guidance: "7 giờ 30.")), at: "2026-11-18T09:00")
    #expect(bodies.count == 3)
    #expect(story.state.isEnded)
  }

  @Test("a refusal says why")
  func refusal() throws {
    var story = try Story.received()
    #expect(story.rejection(of: .resolve(Resolve(.refused)), at: "2026-11-20T09:00") == .fieldMissing("reason"))
    #expect(story.rejection(of: .resolve(Resolve(.refused, reason: "Thiếu căn cứ")), at: "2026-11-20T09:00") == nil)
  }

  @Test("there is one result")
  func onlyOnce() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    guard case .alreadyResolved = story.rejection(of: .resolve(Resolve()), at: "2026-11-20T09:01") else {
      Issue.record("resolved twice")
      return
    }
  }

  @Test("nothing is handed over before it is there")
  func notResolved() throws {
    var story = try Story.received()
    guard case .notResolved = story.rejection(of: .return(Return()), at: "2026-11-20T09:00") else {
      Issue.record("handed over nothing")
      return
    }
  }

  @Test("a hand-over that is dated back before the result is refused, with the event that it has to follow")
  func beforeResult() throws {
    var story = try Story.received()
    try story.given(.progress(Progress(step: "Thẩm định")), at: "2026-11-19T09:00")
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    #expect(
      story.rejection(of: .return(Return()), at: "2026-11-20T10:00", occurred: "2026-11-20T08:00", reason: "quên")
        == .beforeReceipt(
          Fixture.time("2026-11-20T08:00"), receivedAt: Fixture.time("2026-11-20T09:00"), of: Version(3)))
  }

  @Test("somebody else takes the result only by an authority that is named")
  func authority() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    #expect(
      story.rejection(of: .return(Return(to: "Trần Văn Nam")), at: "2026-11-20T10:00") == .fieldMissing("authority"))
    #expect(
      story.rejection(
        of: .return(Return(to: "Trần Văn Nam", authority: "Giấy ủy quyền 12/2026")), at: "2026-11-20T10:00") == nil)
    #expect(story.state.handover?.to == "Trần Văn Nam")
  }

  @Test("ready in time and collected weeks later is on time")
  func collectedLater() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-23T17:00")
    #expect(story.rejection(of: .return(Return()), at: "2026-12-28T09:00") == nil)
    #expect(!story.standing(at: "2026-12-28T09:00").isLate)
  }

  @Test("nothing is recorded after the end")
  func afterTheEnd() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    try story.given(.return(Return()), at: "2026-11-20T10:00")
    let actions: [CaseCommand.Action] = [
      .consult(Consult(question: "q", guidance: "g")), .progress(Progress(step: "s")), .return(Return()),
      .withdraw(Withdraw(reason: "r")), .apologise(Apologise(Story.apology)),
    ]
    for action in actions {
      let rejection = story.rejection(of: action, at: "2026-11-20T11:00")
      switch rejection {
      case .caseEnded, .alreadyResolved: break
      default: Issue.record("\(action) met \(String(describing: rejection))")
      }
    }
  }

  @Test("withdrawn after the date is counted apart and is not late")
  func withdrawnLate() throws {
    var story = try Story.received()
    try story.given(.withdraw(Withdraw(reason: "Không cần nữa")), at: "2026-11-26T09:00")
    #expect(story.state.isWithdrawnLate)
    #expect(!story.standing(at: "2026-11-27T09:00").isLate)
    #expect(story.state.status == .withdrawn)
  }

  @Test("a case at another version than expected is left alone")
  func expectedVersion() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", expected: .exactly(Version(7)))
        == .versionConflict(code: "H56.26.07-261118-0001", expected: Version(7), actual: Version(1)))
    #expect(
      story.rejection(of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", expected: .exactly(Version(1))) == nil
    )
  }
}
