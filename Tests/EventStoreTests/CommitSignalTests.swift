import EventSourcing
import EventStore
import Testing

@Suite("Waiting for commits", .timeLimit(.minutes(30)))
struct CommitSignalTests {
  @Test("what is committed already is not waited for")
  func there() async {
    let signal = CommitSignal(Position(5))
    #expect(await signal.wait(beyond: Position(4)))
    #expect(signal.position == Position(5))
  }

  @Test("waiting ends when something beyond the position is committed, not before")
  func advance() async {
    let signal = CommitSignal(Position(5))
    async let isThere = signal.wait(beyond: Position(6))
    await Task.yield()
    signal.advance(to: Position(6))
    signal.advance(to: Position(7))
    #expect(await isThere)
    #expect(signal.position == Position(7))
  }

  @Test("waiting ends without anything when it is closed, and nobody waits afterwards")
  func close() async {
    let signal = CommitSignal(Position(5))
    async let isThere = signal.wait(beyond: Position(5))
    signal.close()
    #expect(await !isThere)
    #expect(await !signal.wait(beyond: Position(5)))
    #expect(await signal.wait(beyond: Position(4)))
  }

  @Test("waiting ends when the task is cancelled, before it waits, while it waits, or as something is committed")
  func cancelled() async {
    for round in 0..<3000 {
      let signal = CommitSignal(Position(1))
      let task = Task.detached { await signal.wait(beyond: Position(1)) }
      if round % 3 == 1 { await Task.yield() }
      let other = round % 2 == 0 ? Task.detached { signal.advance(to: Position(2)) } : nil
      task.cancel()
      await other?.value
      let isThere = await task.value
      if round % 2 == 1 { #expect(!isThere) }
    }
  }

  @Test("everybody who waits is told, however commits, ends and waits race")
  func race() async {
    for round in 0..<200 {
      let signal = CommitSignal(.start)
      let reached = await withTaskGroup(of: UInt64.self) { group in
        for _ in 0..<8 {
          group.addTask {
            var position = Position.start
            while await signal.wait(beyond: position) { position = signal.position }
            return position.rawValue
          }
        }
        group.addTask {
          for number in 1...20 as ClosedRange<UInt64> {
            signal.advance(to: Position(number))
            if number % 4 == UInt64(round % 4) { await Task.yield() }
          }
          signal.close()
          return 20
        }
        return await group.reduce(into: [UInt64]()) { $0.append($1) }
      }
      #expect(reached == [UInt64](repeating: 20, count: 9))
    }
  }
}
