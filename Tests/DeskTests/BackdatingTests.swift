import Desk
import EventSourcing
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
}
