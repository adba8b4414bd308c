import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("While the ledger is ahead of a clock that was accepted")
struct AcceptedClockTests {
  /// The ledger's last event was recorded ten days after what the clock shows.
  private func context(_ actor: Actor = Fixture.clerk, now: String, target: CaseEvent? = nil) -> CaseDecider.Context {
    CaseDecider.Context(
      now: Fixture.time(now), recordedAt: Fixture.time("2026-11-30T09:00"), actor: actor, book: Fixture.book,
      rules: Position(1), caseBook: Fixture.book, newCode: "H56.26.07-261120-0001", voidTarget: target)
  }

  @Test("what happens now happens by the clock and is asked for no reason; what is recorded bears the ledger's time")
  func now() throws {
    let events = try CaseDecider(context(now: "2026-11-20T09:00")).decide(
      CaseCommand(.receive(Receive(.procedure, procedure: "cai-chinh", applicant: "Hoa"))), CaseState())
    let event = try #require(events.first)
    #expect(event.circumstances.occurredAt == Fixture.time("2026-11-20T09:00"))
    #expect(event.circumstances.recordedAt == Fixture.time("2026-11-30T09:00"))
    #expect(event.circumstances.lateEntryReason == nil)
    // Friday, then three working days, of which Tuesday is none.
    #expect(CaseDecider.fold(events).due == Fixture.time("2026-11-26T17:00"))
  }

  @Test("what is recorded late still needs its reason, and nothing happens in the clock's future")
  func late() throws {
    let state = try Story.received().state
    let decider = CaseDecider(context(now: "2026-11-20T09:00"))
    func rejection(_ occurred: String, _ reason: String? = nil) -> Rejection? {
      let command = CaseCommand(
        .progress(Progress(step: "s")), occurredAt: DateExpression(text: occurred), reason: reason)
      do throws(Rejection) {
        _ = try decider.decide(command, state)
        return nil
      } catch {
        return error
      }
    }
    #expect(rejection("2026-11-19T09:00") == .backdatingNeedsReason(Fixture.time("2026-11-19T09:00")))
    #expect(rejection("2026-11-19T09:00", "quên ghi") == nil)
    #expect(
      rejection("2026-11-20T09:01", "r")
        == .inFuture(Fixture.time("2026-11-20T09:01"), now: Fixture.time("2026-11-20T09:00")))
  }

  @Test("what was recorded by mistake on the clock's own day can be voided that day, and not on a later one")
  func voiding() throws {
    let received = try Story.received().history
    let made = try CaseDecider(context(now: "2026-11-20T09:00")).decide(
      CaseCommand(.progress(Progress(step: "s"))), CaseDecider.fold(received))
    let state = CaseDecider.fold(received + made)
    let command = CaseCommand(.correct(Correct(voids: Version(2), reason: "nhầm")))
    let target = try #require(made.first)
    #expect(try CaseDecider(context(now: "2026-11-20T16:00", target: target)).decide(command, state).count == 1)
    // The day that the ledger bears is not the day on which it was recorded either.
    for day in ["2026-11-21T09:00", "2026-11-30T10:00"] {
      #expect(throws: Rejection.notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .notToday)) {
        try CaseDecider(context(now: day, target: target)).decide(command, state)
      }
    }
  }
}
