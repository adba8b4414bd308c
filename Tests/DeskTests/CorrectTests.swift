import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Correcting")
struct CorrectTests {
  @Test("a correction changes the facts and leaves the due date and the history alone")
  func facts() throws {
    var story = try Story.received()
    try story.given(
      .correct(Correct(changes: .init(applicant: "Nguyễn Thị Hòa"), reason: "ghi sai dấu")), at: "2026-11-19T09:00")
    #expect(story.state.reception?.facts.applicant == "Nguyễn Thị Hòa")
    #expect(story.state.due == Fixture.time("2026-11-23T17:00"))
    guard case .received(let original)? = story.history.first?.body else { return }
    #expect(original.applicant == "Nguyễn Thị Hoa")
  }

  @Test("an event recorded today on the wrong case is voided, tomorrow it is not")
  func voids() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-19T09:00")
    var tomorrow = story
    #expect(
      tomorrow.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-20T09:00")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .notToday))
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm hồ sơ")), at: "2026-11-19T10:00")
    #expect(story.state.isOpen)
    #expect(
      story.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-19T10:01")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .alreadyVoided))
  }

  @Test("a voided apology owes again, and its new date is gone")
  func voidedApology() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(2))), at: "2026-11-25T08:00")
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm hồ sơ")), at: "2026-11-25T08:05")
    #expect(story.state.due == Fixture.time("2026-11-23T17:00"))
    #expect(story.standing(at: "2026-11-25T08:06").owesApology)
  }

  @Test("what a later event builds on is not voided before it")
  func laterStands() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-19T09:00")
    try story.given(.return(Return()), at: "2026-11-19T09:30")
    #expect(
      story.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-19T10:00")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .laterEventStands))
    #expect(story.rejection(of: .correct(Correct(voids: Version(3), reason: "nhầm")), at: "2026-11-19T10:00") == nil)
    #expect(story.state.status == .ready)
  }

  @Test("the receipt, a correction and an event that is not there cannot be voided", arguments: [UInt32(1), 2, 9, 0])
  func notVoidable(version: UInt32) throws {
    var story = try Story.received()
    try story.given(.correct(Correct(changes: .init(phone: "0912"), reason: "thiếu số")), at: "2026-11-19T09:00")
    guard
      case .notVoidable = story.rejection(
        of: .correct(Correct(voids: Version(version), reason: "nhầm")), at: "2026-11-19T10:00")
    else {
      Issue.record("version \(version) was voided")
      return
    }
  }

  @Test("a correction that changes nothing is refused")
  func nothing() throws {
    var story = try Story.received()
    guard case .nothingToCorrect = story.rejection(of: .correct(Correct(reason: "r")), at: "2026-11-19T10:00") else {
      Issue.record("an empty correction was taken")
      return
    }
  }

  @Test("an apology with which a late result left the desk is not voided, so that nothing late leaves without one")
  func apologyStays() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve(apology: Story.apology)), at: "2026-11-25T08:00")
    try story.given(.return(Return()), at: "2026-11-25T08:30")
    #expect(
      story.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-25T09:00")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .laterEventStands))
    try story.given(.correct(Correct(voids: Version(4), reason: "chưa trao")), at: "2026-11-25T09:01")
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-25T09:02")
    #expect(story.standing(at: "2026-11-25T09:03").owesApology)
  }

  @Test("saying what stands there already is no correction")
  func sameAgain() throws {
    var story = try Story.received()
    guard
      case .nothingToCorrect = story.rejection(
        of: .correct(Correct(changes: .init(applicant: "Nguyễn Thị Hoa"), reason: "r")), at: "2026-11-19T10:00")
    else {
      Issue.record("the same name again was recorded as a change")
      return
    }
  }
}
