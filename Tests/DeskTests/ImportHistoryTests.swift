import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Imported history")
struct ImportTests {
  @Test("contradictory times are kept, the end closes the case, and later steps are still recorded")
  func contradictory() throws {
    var story = Story()
    let steps = ["2011-10-01T09:00", "2011-10-12T09:00", "2011-11-24T09:00"].map {
      ImportHistory.Step(Progressed(step: "T02"), at: Fixture.time($0))
    }
    let history = ImportHistory(
      code: "case-1", channel: .other, subject: nil, applicant: nil, responsible: "Resource21",
      receivedAt: Fixture.time("2011-10-11T09:00"), due: Fixture.time("2011-11-01T00:00"),
      endedAt: Fixture.time("2011-11-20T09:00"), steps: steps)
    let bodies = try story.when(.importHistory(history), at: "2026-11-18T09:00")
    #expect(bodies.count == 5)
    #expect(story.state.isEnded)
    #expect(story.state.isResolvedLate)
    #expect(!story.standing(at: "2026-11-18T09:00").owesApology)
    #expect(story.history.map(\.circumstances.isImported).allSatisfy { $0 })
    #expect(story.history.last?.circumstances.occurredAt == Fixture.time("2011-11-24T09:00"))
  }
}
