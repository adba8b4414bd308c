import Synchronization
import Testing

@testable import motcuad

@Suite("Turns at work that takes much", .timeLimit(.minutes(30)))
struct TurnsTests {
  /// Work that goes on until it is ended.
  private final class Works: Sendable {
    private struct State {
      var begun: [String] = []
      var going: [String: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// All that was ever begun, in order.
    var begun: [String] { state.withLock { $0.begun } }

    func go(_ name: String) async {
      await withCheckedContinuation { going in
        state.withLock {
          $0.begun.append(name)
          $0.going[name] = going
        }
      }
    }

    func end(_ name: String) { state.withLock { $0.going.removeValue(forKey: name) }?.resume() }
  }

  private struct Failure: Error {}

  private static let (lan, binh, mai): (UInt32, UInt32, UInt32) = (7, 8, 9)
  private let works = Works()

  private func ask(_ name: String, of uid: UInt32, _ turns: Turns) -> Task<Void, any Error> {
    Task { [works] in try await turns.run(of: uid) { await works.go(name) } }
  }

  /// Lets others go on until it is so; a test that waits in vain is ended by its limit.
  private func until(_ isSo: () -> Bool) async throws {
    while !isSo() {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  /// Has one at work, and the others wait behind it in this order.
  private func queue(_ asked: [(String, UInt32)], _ turns: Turns) async throws -> [Task<Void, any Error>] {
    var tasks: [Task<Void, any Error>] = []
    for (name, uid) in asked {
      tasks.append(ask(name, of: uid, turns))
      try await until { tasks.count == 1 ? works.begun.count == 1 : turns.waiting == tasks.count - 1 }
    }
    return tasks
  }

  /// Ends one after the other, and says in which order they were begun.
  private func order(_ tasks: [Task<Void, any Error>]) async throws -> [String] {
    for done in 1...tasks.count {
      try await until { works.begun.count >= done }
      works.end(works.begun[done - 1])
    }
    for task in tasks { try await task.value }
    return works.begun
  }

  @Test("given one place and two users who wait, then they have it in turn, and whoever had it last comes last")
  func turns() async throws {
    let turns = Turns(places: 1)
    let tasks = try await queue(
      [("A1", Self.lan), ("A2", Self.lan), ("A3", Self.lan), ("B1", Self.binh), ("B2", Self.binh)], turns)
    #expect(try await order(tasks) == ["A1", "B1", "A2", "B2", "A3"])
    #expect(turns.taken == 0 && turns.waiting == 0)
  }

  @Test(
    "given the many questions of one user, when two others come, then each of them waits for one of his at the most")
  func many() async throws {
    let turns = Turns(places: 1)
    let own = (1...20).map { ("A\($0)", Self.lan) }
    let tasks = try await queue(own + [("B1", Self.binh), ("C1", Self.mai)], turns)
    let order = try await order(tasks)
    #expect(order.prefix(4) == ["A1", "B1", "C1", "A2"] || order.prefix(4) == ["A1", "B1", "A2", "C1"], "\(order)")
    #expect(order.count == 22)
  }

  @Test("a user has no more than his own places, also where one is free, and another has that")
  func ownPlaces() async throws {
    let turns = Turns(places: 2)
    let tasks = try await queue([("A1", Self.lan), ("A2", Self.lan)], turns)
    let other = ask("B1", of: Self.binh, turns)
    try await until { works.begun == ["A1", "B1"] }
    works.end("B1")
    try await other.value
    #expect(turns.taken == 1 && turns.waiting == 1)
    #expect(try await order(tasks + [other]) == ["A1", "B1", "A2"])
  }

  @Test("whoever is cancelled while he waits is told at once, has no turn, and keeps nobody from his")
  func cancelled() async throws {
    let turns = Turns(places: 1)
    let tasks = try await queue([("A1", Self.lan), ("A2", Self.lan), ("B1", Self.binh), ("A3", Self.lan)], turns)
    for index in [1, 2] {
      tasks[index].cancel()
      await #expect(throws: CancellationError.self) { try await tasks[index].value }
    }
    #expect(turns.waiting == 1 && turns.taken == 1)
    #expect(try await order([tasks[0], tasks[3]]) == ["A1", "A3"])
    #expect(turns.taken == 0)
  }

  @Test("whoever was cancelled before he asked has no place, though one is free")
  func cancelledBefore() async throws {
    let turns = Turns(places: 1)
    let late = Task { [works] in
      await works.go("before")
      try await turns.run(of: Self.lan) { await works.go("A1") }
    }
    try await until { works.begun == ["before"] }
    late.cancel()
    works.end("before")
    await #expect(throws: CancellationError.self) { try await late.value }
    #expect(works.begun == ["before"] && turns.taken == 0 && turns.waiting == 0)
  }

  @Test("work that fails gives its place to the next, and its failure to whoever asked")
  func fails() async throws {
    let turns = Turns(places: 1)
    let failing = Task { [works] in
      try await turns.run(of: Self.lan) {
        await works.go("A1")
        throw Failure()
      }
    }
    try await until { works.begun == ["A1"] }
    let next = ask("A2", of: Self.lan, turns)
    try await until { turns.waiting == 1 }
    works.end("A1")
    await #expect(throws: Failure.self) { try await failing.value }
    try await until { works.begun == ["A1", "A2"] }
    works.end("A2")
    try await next.value
    #expect(turns.taken == 0)
  }
}
