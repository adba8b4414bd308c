import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Folding")
struct FoldTests {
  @Test("evolve is total: events in any order fold")
  func total() throws {
    var story = try Story.received()
    try story.given(.consult(Consult(question: "q", guidance: "g")), at: "2026-11-18T10:00")
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(2))), at: "2026-11-25T08:00")
    try story.given(.resolve(Resolve()), at: "2026-11-26T08:00")
    try story.given(.return(Return()), at: "2026-11-26T09:00")
    try story.given(.correct(Correct(voids: Version(5), reason: "nhầm")), at: "2026-11-26T10:00")
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let shuffled = story.history.shuffled(using: &generator)
      let state = CaseDecider.fold(shuffled)
      #expect(state.version == Version(UInt32(shuffled.count)))
      _ = Standing(of: state, at: Fixture.time("2026-11-27T09:00"))
    }
  }
}
