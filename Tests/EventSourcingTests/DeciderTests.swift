import EventSourcing
import Testing

/// The smallest desk there is: it counts up, and never past its limit.
private struct Counter: Decider {
  struct Full: Error, Equatable { var limit: Int }

  var limit: Int

  static var initialState: Int { 0 }
  func decide(_ command: Int, _ state: Int) throws(Full) -> [Int] {
    guard state + command <= limit else { throw Full(limit: limit) }
    return Array(repeating: 1, count: command)
  }
  static func evolve(_ state: inout Int, _ event: Int) { state += event }
}

@Suite("The vocabulary of event sourcing")
struct DeciderTests {
  @Test("given events, the state is their fold, from the beginning or from a state")
  func fold() {
    #expect(Counter.fold([1, 1, 1]) == 3)
    #expect(Counter.fold([1], from: 41) == 42)
    #expect(Counter.fold([]) == Counter.initialState)
  }

  @Test("when a command is refused, nothing happens")
  func refused() throws {
    #expect(throws: Counter.Full(limit: 2)) { try Counter(limit: 2).decide(2, 1) }
    #expect(try Counter(limit: 2).decide(1, 1) == [1])
  }

  @Test("an expected version allows that version and no other; any allows all")
  func expectedVersion() {
    #expect(ExpectedVersion.exactly(Version(3)).allows(Version(3)))
    #expect(!ExpectedVersion.exactly(Version(3)).allows(Version(4)))
    #expect(ExpectedVersion.any.allows(.none))
  }

  @Test("positions and versions count from one and are in order")
  func order() {
    #expect(Position.start.next == Position(1) && Position(1) < Position(2))
    #expect(Version.none.next == Version(1) && Version(1) < Version(2))
  }
}
