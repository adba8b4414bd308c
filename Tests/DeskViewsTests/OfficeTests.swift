import Desk
import EventSourcing
import EventStore
import LMDB
import TestSupport
import Testing

@testable import DeskViews

@Suite("The office in the views")
struct OfficeTests {
  private static let actor = Actor(uid: 0, account: "motcua", role: .operatorRole)
  private static let at = Fixture.time("2026-11-18T09:00")

  private static func clock(_ minutes: Int64) -> ClockAccepted {
    ClockAccepted(shown: at.adding(seconds: minutes * 60), expected: at.adding(seconds: minutes * 60 + 3600))
  }

  private static let floor = SerialFloor(
    first: Fixture.day("2026-11-01"), last: Fixture.day("2026-11-18"), serial: 1412)

  private static let events: [(UInt64, OfficeEvent)] = [
    (1, .rulesAdopted(Fixture.book)), (4, .clockAccepted(clock(0))),
    (6, .restored(Restored(knownSize: 9, knownRoot: "", size: 5, witness: "", isEndUnknown: true, floor: floor))),
    (300, .rulesAdopted(Fixture.book(prefix: "H1", procedures: []))), (70_000, .clockAccepted(clock(10))),
  ]

  private static let entries = events.map { position, event in
    OfficeEntry(
      event,
      .init(
        recordedAt: at.adding(seconds: 3600), occurredAt: at, offset: Fixture.offset, actor: actor, rules: Position(1)),
      at: Position(position))
  }

  @Test("its row is the state that its events add up to, after each of them")
  func state() throws {
    let register = try Register()
    #expect(try register.read { try $0.office($1) } == OfficeState())
    for count in 1...Self.entries.count {
      try register.apply(Self.entries[count - 1])
      #expect(try register.read { try $0.office($1) } == OfficeDecider.fold(Self.entries.prefix(count)))
    }
  }

  @Test("the index knows where rules were adopted, and nowhere else")
  func adoptions() throws {
    let register = try Register()
    for entry in Self.entries { try register.apply(entry) }
    for position in [0, 1, 2, 4, 6, 299, 300, 301, 70_000] as [UInt64] {
      let isAdoption = try register.read { try $0.isAdoption(Position(position), $1) }
      #expect(isAdoption == [1, 300].contains(position), "\(position)")
    }
  }

  @Test("the accepted clocks are found from the newest to the oldest")
  func clocks() throws {
    let register = try Register()
    #expect(try register.read { try $0.lastClock($1) { _ in true } } == nil)
    for entry in Self.entries { try register.apply(entry) }
    #expect(try register.read { try $0.lastClock($1) { _ in true } }?.position == Position(70_000))
    let first = try register.read { try $0.lastClock($1) { $0.shown <= Self.at } }
    let expected = AcceptedClock(
      position: Position(4), facts: Self.clock(0), recordedAt: Self.at.adding(seconds: 3600))
    #expect(first == expected)
    #expect(try register.read { try $0.lastClock($1) { $0.shown < Self.at } } == nil)
  }

  @Test("a row that cannot be read is an error")
  func damaged() throws {
    let register = try Register()
    for entry in Self.entries { try register.apply(entry) }
    try register.store.views.environment.write { transaction throws(LMDBError) in
      let table = try register.views.table(OfficeView.view)
      try transaction.put(table, OfficeView.stateKey, [7])
      try transaction.put(table, OfficeView.key(.clock, Position(4)), [7])
    }
    #expect(throws: ViewsError.self) { try register.read { try $0.office($1) } }
    #expect(throws: ViewsError.self) { try register.read { try $0.lastClock($1) { $0.shown <= Self.at } } }
  }
}
