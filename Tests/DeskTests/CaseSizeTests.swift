import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("A case that has all the events it may have")
struct CaseSizeTests {
  /// Received on Wednesday 18/11/2026 and so due on Monday 23/11, with as many events as it may have.
  private func full(_ kind: CaseKind = .procedure) throws -> Story {
    var story = Story()
    let procedure = kind == .procedure ? "cai-chinh" : nil
    try story.given(.receive(Receive(kind, procedure: procedure, applicant: "Nguyễn Thị Hoa")), at: "2026-11-18T09:00")
    for _ in 0..<4 { try story.given(.progress(Progress(step: "kiểm tra")), at: "2026-11-18T10:00") }
    story.caseEventsMax = 5
    return story
  }

  private func refusal(_ events: Int) -> Rejection {
    .tooManyEvents(code: "H56.26.07-261118-0001", events: events, eventsMax: 5)
  }

  @Test("given one event fewer than it may have, it takes one more, and then none")
  func bound() throws {
    var story = try full()
    story.caseEventsMax = 6
    try story.when(.progress(Progress(step: "ký")), at: "2026-11-18T11:00")
    #expect(
      story.rejection(of: .progress(Progress(step: "ký")), at: "2026-11-18T11:00")
        == .tooManyEvents(code: "H56.26.07-261118-0001", events: 6, eventsMax: 6))
    story.caseEventsMax = nil
    try story.when(.progress(Progress(step: "ký")), at: "2026-11-18T11:00")
  }

  @Test("it takes no step and no advice any more, and can still be resolved and handed over")
  func ends() throws {
    var story = try full()
    let advice = CaseCommand.Action.consult(Consult(question: "Bao giờ?", guidance: "Thứ Hai."))
    try story.when(advice, at: "2026-11-18T11:00")
    #expect(story.rejection(of: advice, at: "2026-11-18T11:00") == refusal(6))
    #expect(story.rejection(of: .progress(Progress(step: "ký")), at: "2026-11-18T11:00") == refusal(6))
    try story.when(.resolve(Resolve(.granted)), at: "2026-11-18T11:00")
    try story.when(.return(Return()), at: "2026-11-18T12:00")
    #expect(story.state.isEnded)
  }

  @Test("an enquiry that nobody has advised on is advised on, and can be resolved then")
  func advised() throws {
    var story = try full(.enquiry)
    try story.when(.consult(Consult(question: "Bao giờ?", guidance: "Thứ Hai.")), at: "2026-11-18T11:00")
    try story.when(.resolve(Resolve()), at: "2026-11-18T11:00")
    #expect(!story.state.isOpen)
  }

  @Test("an apology that is owed is recorded, and no other")
  func apology() throws {
    let late = CaseCommand.Action.apologise(Apologise(Story.apology, newDue: DateExpression(text: "+2")))
    var story = try full()
    #expect(story.rejection(of: late, at: "2026-11-18T11:00") == refusal(5))
    try story.when(late, at: "2026-11-24T09:00")
    story.actor = Fixture.supervisor
    #expect(story.rejection(of: late, at: "2026-11-24T09:01") == refusal(6))
  }

  @Test("it can be withdrawn, and people can be forgotten")
  func forgotten() throws {
    var story = try full()
    story.actor = Fixture.supervisor
    try story.when(.withdraw(Withdraw(reason: "không cần nữa")), at: "2026-11-18T11:00")
    try story.when(.erase(Erase(basis: "Luật 91/2025/QH15")), at: "2026-11-18T12:00")
    #expect(story.state.erasure != nil)
  }

  @Test("a mistake is put right, a hundred times and not for ever")
  func corrected() throws {
    var story = try full()
    for number in 0..<100 {
      try story.when(
        .correct(Correct(changes: .init(applicant: "Tên \(number)"), reason: "gõ nhầm")), at: "2026-11-18T11:00")
    }
    #expect(
      story.rejection(
        of: .correct(Correct(changes: .init(applicant: "Hoa"), reason: "gõ nhầm")), at: "2026-11-18T11:00")
        == refusal(105))
  }
}
