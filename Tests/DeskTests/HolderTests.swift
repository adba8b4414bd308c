import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Whose a unit of the figures is")
struct HolderTests {
  private func passed(to account: String) -> CaseCommand.Action {
    .correct(Correct(changes: .init(responsible: account), reason: "phân công lại"))
  }

  /// Whose each date is, in the order in which they were given.
  private func holders(_ story: Story) -> [String?] {
    story.state.contributions.filter { $0.unit == .dates }.map(\.person)
  }

  @Test("given a date that is past, when the case is passed on, then the date stays with who held the case then")
  func past() throws {
    var story = try Story.received()
    #expect(holders(story) == ["lan"])
    try story.given(passed(to: "hai"), at: "2026-11-23T17:01")
    #expect(holders(story) == ["lan"])
    // Who is asked about it now is somebody else.
    #expect(story.state.clerk == "hai" && story.state.firstDate?.holder == "hai")
  }

  @Test("given a date that lies ahead, when the case is passed on, then the date is of who holds the case at it")
  func ahead() throws {
    var story = try Story.received()
    try story.given(passed(to: "hai"), at: "2026-11-20T09:00")
    #expect(holders(story) == ["hai"])
    // Exactly at the date it is his who has just got it.
    try story.given(passed(to: "minh"), at: "2026-11-23T17:00")
    #expect(holders(story) == ["minh"])
  }

  @Test("each date is of who held the case at that date, however often it was passed on")
  func each() throws {
    var story = try Story.received()
    try story.given(
      .apologise(Apologise(Story.apology, newDue: .day(Fixture.day("2026-11-27")))), at: "2026-11-20T09:00")
    try story.given(passed(to: "hai"), at: "2026-11-20T10:00")
    try story.given(passed(to: "minh"), at: "2026-11-25T10:00")
    #expect(holders(story) == ["hai", "minh"])
    try story.given(passed(to: "lan"), at: "2026-11-30T10:00")
    #expect(holders(story) == ["hai", "minh"])
  }

  @Test("a correction that is dated back moves no figure from one to another, and other corrections move none at all")
  func datedBack() throws {
    var story = try Story.received()
    try story.when(
      passed(to: "hai"), at: "2026-11-24T09:00", occurred: "2026-11-19T09:00", reason: "quên ghi")
    try story.given(
      .correct(Correct(changes: .init(applicant: "Nguyễn Thị Hòa"), reason: "sai dấu")), at: "2026-11-24T09:10")
    #expect(holders(story) == ["lan"])
  }

  @Test("it is the same after a replay")
  func replayed() throws {
    var story = try Story.received()
    try story.given(passed(to: "hai"), at: "2026-11-24T09:00")
    #expect(CaseDecider.fold(story.history, from: CaseState()).contributions == story.state.contributions)
    #expect(holders(story) == ["lan"])
  }
}
