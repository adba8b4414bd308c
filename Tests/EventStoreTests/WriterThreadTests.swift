import Dispatch
import EventStore
import Glibc
import Synchronization
import Testing

@Suite("The writer's thread")
struct WriterThreadTests {
  /// Keeps the groups that the thread hands over, and holds the first one until it is opened.
  private final class Gate: Sendable {
    let groups = Mutex<[[Int]]>([])
    private let isReached = DispatchSemaphore(value: 0)
    private let isOpen = DispatchSemaphore(value: 0)

    func take(_ group: [Int]) {
      let isFirst = groups.withLock { groups in
        groups.append(group)
        return groups.count == 1
      }
      guard isFirst else { return }
      isReached.signal()
      isOpen.wait()
    }

    func waitUntilReached() { isReached.wait() }
    func open() { isOpen.signal() }
  }

  /// A thread that is busy with request 0.
  private func busy(capacity: Int) throws -> (Gate, WriterThread<Int>) {
    let gate = Gate()
    let thread = WriterThread<Int>(name: "test", capacity: capacity) { group, _ in gate.take(group) }
    try thread.submit(0, bytes: 1)
    gate.waitUntilReached()
    return (gate, thread)
  }

  @Test("what waits while it is busy comes in the order of arrival, at most 256 at a time")
  func groups() throws {
    let (gate, thread) = try busy(capacity: 2000)
    for request in 1...1000 { try thread.submit(request, bytes: 100) }
    #expect(thread.count == 1000)
    gate.open()
    thread.stop()
    let groups = gate.groups.withLock { $0 }
    #expect(groups.map(\.count) == [1, 256, 256, 256, 232])
    #expect(groups.flatMap(\.self) == Array(0...1000))
  }

  @Test("a group holds at most 1 MiB, but one larger request goes through alone")
  func bytes() throws {
    let (gate, thread) = try busy(capacity: 10)
    for (request, bytes) in [600_000, 400_000, 600_000, 3_000_000, 1].enumerated() {
      try thread.submit(request + 1, bytes: bytes)
    }
    gate.open()
    thread.stop()
    #expect(gate.groups.withLock { $0 } == [[0], [1, 2], [3], [4], [5]])
  }

  @Test("a full queue refuses at once, and takes requests again when it has been emptied")
  func full() throws {
    let (gate, thread) = try busy(capacity: 3)
    for request in 1...3 { try thread.submit(request, bytes: 1) }
    #expect(throws: WriterThread<Int>.Refusal.full) { try thread.submit(4, bytes: 1) }
    gate.open()
    while thread.count > 0 {}
    try thread.submit(5, bytes: 1)
    thread.stop()
    #expect(gate.groups.withLock { $0 }.flatMap(\.self) == [0, 1, 2, 3, 5])
  }

  @Test("stopping finishes what was accepted and takes no more")
  func stop() throws {
    let (gate, thread) = try busy(capacity: 100)
    for request in 1...50 { try thread.submit(request, bytes: 1) }
    let isStopped = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      thread.stop()
      isStopped.signal()
    }
    #expect(isStopped.wait(timeout: .now() + 0.05) == .timedOut)
    gate.open()
    isStopped.wait()
    #expect(gate.groups.withLock { $0 }.flatMap(\.self) == Array(0...50))
    #expect(throws: WriterThread<Int>.Refusal.stopped) { try thread.submit(51, bytes: 1) }
  }

  /// The sizes of the groups when callers ask again a moment after they were answered.
  ///
  /// - Parameter disk: what the disk is said to have taken.
  private func sizes(callers: Int, rounds: Int, disk: Duration) throws -> [Int] {
    let sizes = Mutex<[Int]>([])
    let answered = DispatchSemaphore(value: 0)
    let thread = WriterThread<Int>(name: "test", capacity: 100) { group, settle in
      sizes.withLock { $0.append(group.count) }
      settle(disk)
      for _ in group { answered.signal() }
    }
    for caller in 0..<callers { try thread.submit(caller, bytes: 1) }
    for request in 0..<callers * rounds {
      answered.wait()
      usleep(50)
      try thread.submit(request, bytes: 1)
    }
    thread.stop()
    return sizes.withLock { $0 }
  }

  @Test("those who were answered a moment ago come into the next group, with those who came meanwhile")
  func gathers() throws {
    let sizes = try sizes(callers: 8, rounds: 20, disk: .seconds(4))
    // The first groups find out how many there are.
    #expect(sizes.dropFirst(4).dropLast().allSatisfy { $0 == 8 }, "\(sizes)")
  }

  @Test("one caller alone never waits")
  func alone() throws {
    let start = ContinuousClock.now
    let sizes = try sizes(callers: 1, rounds: 50, disk: .seconds(20))
    #expect(sizes == Array(repeating: 1, count: 51))
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test("who does not come again is waited for once, at most half as long as the disk took")
  func gone() throws {
    let thread = WriterThread<Int>(name: "test", capacity: 100) { $1(.seconds(2)) }
    for request in 0..<8 { try thread.submit(request, bytes: 1) }
    while thread.count > 0 { usleep(100) }
    usleep(10_000)
    let start = ContinuousClock.now
    try thread.submit(8, bytes: 1)
    while thread.count > 0 { usleep(100) }
    #expect(start.duration(to: .now) < .seconds(1.8))
    thread.stop()
  }

  @Test("who comes long after the last group does not wait for those who were in it")
  func late() throws {
    let thread = WriterThread<Int>(name: "test", capacity: 100) { $1(.seconds(1)) }
    for request in 0..<8 { try thread.submit(request, bytes: 1) }
    while thread.count > 0 { usleep(100) }
    usleep(600_000)
    let start = ContinuousClock.now
    try thread.submit(8, bytes: 1)
    while thread.count > 0 { usleep(100) }
    #expect(start.duration(to: .now) < .milliseconds(400))
    thread.stop()
  }

  @Test("when it has stopped, nothing of what it worked on is held any more")
  func releases() {
    for _ in 0..<200 {
      weak let gate: Gate?
      let thread: WriterThread<Int>
      do {
        let strong = Gate()
        gate = strong
        thread = WriterThread<Int>(name: "test", capacity: 1) { [strong] group, _ in strong.take(group) }
      }
      thread.stop()
      guard gate == nil else {
        Issue.record("still held")
        return
      }
    }
  }
}
