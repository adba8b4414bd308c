import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("The office")
struct OfficeTests {
  private static let book = Fixture.book(procedures: [Fixture.procedure("cai-chinh", .workingDays(3))])
  private static let other = Fixture.book(
    prefix: "H56.26.08", procedures: [Fixture.procedure("cai-chinh", .workingDays(5))])
  private static let actor = Actor(uid: 0, account: "motcua", role: .operatorRole)
  private static let now = Fixture.time("2026-11-18T09:00")

  private func decider(
    under book: RuleBook? = nil, next: UInt64 = 1, recordedAt: Timestamp = now, lost: LostCodes? = nil
  ) -> OfficeDecider {
    OfficeDecider(
      .init(
        now: Self.now, recordedAt: recordedAt, actor: Self.actor, offset: Fixture.offset, book: book,
        next: Position(next), lost: lost))
  }

  private func entry(_ event: OfficeEvent, at position: UInt64, rules: UInt64 = 1) -> OfficeEntry {
    OfficeEntry(
      event,
      .init(
        recordedAt: Self.now, occurredAt: Self.now, offset: Fixture.offset, actor: Self.actor, rules: Position(rules)),
      at: Position(position))
  }

  private static func loss(_ size: UInt64, _ change: (inout Restored) -> Void = { _ in }) -> Restored {
    var loss = Restored(knownSize: size + 100, knownRoot: "", size: size, witness: "motcua.example")
    change(&loss)
    return loss
  }

  // MARK: Rules

  @Test("rules that are not in force are adopted, and are in force from their own event on")
  func adopts() {
    // given an office under other rules
    let state = OfficeDecider.fold([entry(.rulesAdopted(Self.book), at: 1)])
    // when
    let entries = decider(under: Self.book, next: 7).decide(.adopt(Self.other), state)
    // then
    #expect(entries == [entry(.rulesAdopted(Self.other), at: 7, rules: 7)])
    let after = OfficeDecider.fold(entries, from: state)
    #expect(after.rules == Position(7) && after.version == Version(2))
    #expect(after.prefixes == ["H56.26.07", "H56.26.08"])
  }

  @Test("rules that are in force are not adopted again")
  func unchanged() {
    let state = OfficeDecider.fold([entry(.rulesAdopted(Self.book), at: 1)])
    #expect(decider(under: Self.book, next: 7).decide(.adopt(Self.book), state) == [])
  }

  @Test("the first rules are adopted under themselves, at their own offset")
  func first() {
    let entries = decider().decide(.adopt(Self.book), OfficeState())
    #expect(entries == [entry(.rulesAdopted(Self.book), at: 1)])
  }

  @Test("a prefix that codes began with is known for ever, and once")
  func prefixes() {
    let state = OfficeDecider.fold([
      entry(.rulesAdopted(Self.other), at: 1), entry(.rulesAdopted(Self.book), at: 4),
      entry(.rulesAdopted(Self.other), at: 9),
    ])
    #expect(state.prefixes == ["H56.26.07", "H56.26.08"] && state.rules == Position(9))
  }

  // MARK: Losses

  @Test("a loss leaves room for the codes that may have been given out, above those that are known and every floor")
  func leavesRoom() {
    // given a floor of an earlier loss
    let earlier = SerialFloor(first: Fixture.day("2026-11-01"), last: Fixture.day("2026-11-02"), serial: 3000)
    let state = OfficeDecider.fold([
      entry(.rulesAdopted(Self.book), at: 1), entry(.restored(Self.loss(1) { $0.floor = earlier }), at: 2),
    ])
    // when another is said, at a restore on a day before the last event
    let lost = LostCodes(
      lastEvent: Fixture.day("2026-11-20"), today: Fixture.day("2026-11-18"), greatest: 12, step: 1000)
    let entries = decider(under: Self.book, next: 9, lost: lost).decide(.restore(Self.loss(8)), state)
    // then
    let floor = SerialFloor(first: Fixture.day("2026-11-18"), last: Fixture.day("2026-11-20"), serial: 4000)
    #expect(entries == [entry(.restored(Self.loss(8) { $0.floor = floor }), at: 9)])
    let after = OfficeDecider.fold(entries, from: state)
    #expect(after.serialFloor(on: Fixture.day("2026-11-20")) == 4000 && after.greatestFloor == 4000)
    #expect(after.serialFloor(on: Fixture.day("2026-11-21")) == 0)
    #expect(after.floors == [floor], "the earlier one is covered")
    #expect(after.lastLoss == Position(9) && after.lastBreak == nil)
  }

  @Test("a floor that another does not cover is kept beside it")
  func floors() {
    let (low, high) = (
      SerialFloor(first: Fixture.day("2026-11-01"), last: Fixture.day("2026-11-30"), serial: 1000),
      SerialFloor(first: Fixture.day("2026-11-01"), last: Fixture.day("2026-11-02"), serial: 3000)
    )
    for floors in [[low, high], [high, low], [low, high, low]] {
      var entries: [OfficeEntry] = []
      for floor in floors {
        entries.append(entry(.restored(Self.loss(1) { $0.floor = floor }), at: UInt64(entries.count + 2)))
      }
      let state = OfficeDecider.fold(entries)
      #expect(state.serialFloor(on: Fixture.day("2026-11-02")) == 3000)
      #expect(state.serialFloor(on: Fixture.day("2026-11-03")) == 1000 && state.floors.count == 2)
    }
  }

  @Test("a loss that says its own floor keeps it, and serials leave room in their 32 bits")
  func ownFloor() {
    let own = SerialFloor(first: Fixture.day("2026-11-18"), last: Fixture.day("2026-11-18"), serial: 5)
    let loss = Self.loss(8) { $0.floor = own }
    #expect(decider(next: 9).decide(.restore(loss), OfficeState()).map(\.event) == [.restored(loss)])
    let lost = LostCodes(lastEvent: own.first, today: own.last, greatest: .max, step: 1000)
    #expect(lost.floor(above: 0).serial == 4_000_000_000)
  }

  @Test("a loss that is said already is not said again, and one that came later is")
  func saidOnce() {
    let state = OfficeDecider.fold([entry(.restored(Self.loss(8)), at: 9)])
    #expect(decider(next: 10).decide(.restore(Self.loss(8)), state) == [])
    #expect(decider(next: 10).decide(.restore(Self.loss(9)), state).count == 1)
  }

  @Test("after a loss whose end nobody can vouch for a new signing key is needed")
  func breaks() {
    let unknown = Self.loss(8) { ($0.isEndUnknown, $0.witness) = (true, "") }
    #expect(OfficeDecider.fold([entry(.restored(unknown), at: 9)]).lastBreak == Position(9))
    let views = Self.loss(8) { $0.witness = Restored.views }
    #expect(OfficeDecider.fold([entry(.restored(views), at: 9)]).lastBreak == Position(9))
    #expect(OfficeDecider.fold([entry(.restored(Self.loss(8)), at: 9)]).lastBreak == nil)
  }

  // MARK: Clocks

  @Test("a clock is accepted once, at the time that it shows, and is remembered with what was recorded")
  func clock() {
    // given
    let facts = ClockAccepted(shown: Self.now, expected: Self.now.adding(seconds: 7200))
    let state = OfficeDecider.fold([entry(.rulesAdopted(Self.book), at: 1)])
    // when
    let entries = decider(under: Self.book, next: 5, recordedAt: Self.now.adding(seconds: 7200))
      .decide(.acceptClock(facts), state)
    // then
    #expect(entries.map(\.event) == [.clockAccepted(facts)])
    #expect(entries.map(\.circumstances.occurredAt) == [Self.now])
    let after = OfficeDecider.fold(entries, from: state)
    let accepted = AcceptedClock(position: Position(5), facts: facts, recordedAt: Self.now.adding(seconds: 7200))
    #expect(after.lastClock == accepted)
    // and when it is asked again
    #expect(decider(under: Self.book, next: 6).decide(.acceptClock(facts), after) == [])
  }
}
