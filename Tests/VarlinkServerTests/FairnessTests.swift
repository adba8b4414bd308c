import Glibc
import Synchronization
import Testing
import VarlinkClient

@testable import VarlinkServer

/// Nobody is served at the cost of everybody else.
@Suite("Fairness", .timeLimit(.minutes(10)))
struct FairnessTests {
  private final class Watch: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 += duration } }
  }

  /// What a loop has been given to do, and what was done.
  private final class Done: Sendable {
    let jobs = Mutex<[LoopTurns.Job]>([])
    let order = Mutex<[String]>([])

    func note(_ what: String) { order.withLock { $0.append(what) } }
    var nextJob: LoopTurns.Job? { jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
  }

  private static let refuse = "{\"method\":\"org.example.echo.Refuse\"}\0"

  @Test("what is there at once is had at once; then one waits for each, longer and longer, and at last gets nothing")
  func pace() {
    let watch = Watch()
    let pace = UserPace { watch.now }
    func take(_ uid: UInt32 = 1) -> Duration? { pace.take(of: uid, perSecond: 10) }
    for _ in 0..<10 { #expect(take() == .zero) }
    for number in 1...10 { #expect(take() == .milliseconds(100 * number)) }
    #expect(take() == nil)
    // Nobody else pays for it.
    #expect(take(2) == .zero)
    watch.pass(.milliseconds(100))
    #expect(take() == .seconds(1))
    #expect(take() == nil)
    watch.pass(.seconds(10))
    for _ in 0..<10 { #expect(take() == .zero) }
    #expect(take() == .milliseconds(100))
  }

  @Test("what counts for many is made up for like many")
  func weight() {
    let watch = Watch()
    let pace = UserPace { watch.now }
    #expect(pace.take(of: 1, perSecond: 10, times: 16) == .zero)
    #expect(pace.take(of: 1, perSecond: 10) == .milliseconds(700))
  }

  @Test("users take turns on a loop, however much one of them has to do, and order stays for each")
  func turns() {
    let done = Done()
    let later = { @Sendable (job: @escaping LoopTurns.Job) in done.jobs.withLock { $0.append(job) } }
    let turns = LoopTurns(later, afterLook: later)
    let (many, one) = (turns.join(1), turns.join(2))
    defer { for uid: UInt32 in [1, 2] { turns.leave(uid) } }
    for number in 0..<5 { Task(executorPreference: many) { done.note("many \(number)") } }
    Task(executorPreference: one) { done.note("one") }
    while let job = done.nextJob { job() }
    #expect(done.order.withLock { $0 } == ["many 0", "one", "many 1", "many 2", "many 3", "many 4"])
  }

  @Test("while there is something to do without end, the loop reads what others send")
  func looks() async throws {
    try await Harness.run { harness in
      // Nothing is read on this connection any more; only what comes on another ends it.
      let busy = try RawSocket(harness.path)
      busy.send("{\"method\":\"org.example.echo.Turn\"}\0")
      try await harness.eventually("it goes round") { harness.service.log.contains("turns begin") }
      let other = try RawSocket(harness.path)
      other.send("{\"method\":\"org.example.echo.Note\",\"parameters\":{\"text\":\"turns end\"}}\0")
      #expect(try await blocking { busy.receive() } != nil)
      busy.close()
      other.close()
    }
  }

  @Test("who is refused without end is told so later and later, on every connection, and a second is the longest wait")
  func refusals() async throws {
    try await Harness.run(limits: ServerLimits(exemptUsers: [])) { harness in
      let begun = ContinuousClock.now
      let peers = try (0..<4).map { _ in try RawSocket(harness.path) }
      for peer in peers { peer.send(String(repeating: Self.refuse, count: 30)) }
      try await harness.eventually("all have been asked for") {
        harness.service.log.count { $0 == "refuses" } == 120
      }
      // The last of each may be on its way.
      let seconds = Double(120 - 64 - peers.count - 1) / 64
      #expect(begun.duration(to: .now) > .seconds(seconds))
      for peer in peers { peer.close() }
      try await harness.eventually("no wait holds a connection") { harness.server.connectionCount.current == 0 }
    }
  }

  @Test("the exempt are told at once")
  func exempt() async throws {
    // Whoever is bound would be told the last of them after minutes.
    try await Harness.run(limits: ServerLimits(refusalsPerSecond: 1)) { harness in
      let peer = try RawSocket(harness.path)
      peer.send(String(repeating: Self.refuse, count: 500))
      try await harness.eventually("all have been asked for") {
        harness.service.log.count { $0 == "refuses" } == 500
      }
      peer.close()
    }
  }

  @Test("who connects again and again waits, and is closed at last; nobody who is served is")
  func arrivals() async throws {
    try await Harness.run(limits: ServerLimits(connectionsPerSecond: 2, exemptUsers: [])) { harness in
      let served = try RawSocket(harness.path)
      served.send("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"a\"}}\0")
      #expect(try await blocking { served.receive() } != nil)
      try await harness.eventually("one is closed") {
        (try? RawSocket(harness.path))?.close()
        return harness.log.lines.contains { $0.contains("connections come too fast") }
      }
      served.send("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"b\"}}\0")
      #expect(try await blocking { served.receive() } != nil)
      served.close()
      try await harness.eventually("no wait holds a connection") { harness.server.connectionCount.current == 0 }
    }
  }
}
