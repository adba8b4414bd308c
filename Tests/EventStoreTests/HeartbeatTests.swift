import Dispatch
import EventStore
import Foundation
import Synchronization
import Testing

@Suite("The writer's thread shows that it goes on")
struct HeartbeatTests {
  /// When the heart beat, and on which thread.
  private final class Pulse: Sendable {
    let beats = Mutex<[(at: SuspendingClock.Instant, thread: pthread_t)]>([])
    var count: Int { beats.withLock { $0.count } }

    func heartbeat(every interval: Duration) -> Heartbeat {
      Heartbeat(every: interval) { [self] in
        beats.withLock { $0.append((.now, pthread_self())) }
      }
    }
  }

  @Test("it beats when nothing goes on, on its own thread, and no oftener than it is told")
  func idle() throws {
    let pulse = Pulse()
    let writer = Mutex<pthread_t?>(nil)
    let thread = WriterThread<Int>(
      name: "writer", capacity: 10, heartbeat: pulse.heartbeat(every: .milliseconds(20))
    ) { _, _ in
      writer.withLock { $0 = pthread_self() }
    }
    let start = SuspendingClock.now
    try thread.submit(1, bytes: 1)
    while pulse.count < 10, start.duration(to: .now) < .seconds(20) { usleep(1000) }
    thread.stop()
    let beats = pulse.beats.withLock { $0 }
    #expect(beats.count >= 10)
    #expect(start.duration(to: .now) >= .milliseconds(20) * (beats.count - 1), "\(beats.count)")
    let own = try #require(writer.withLock { $0 })
    #expect(beats.allSatisfy { $0.thread == own })
  }

  @Test("it beats between the groups when the queue is never empty")
  func busy() throws {
    let pulse = Pulse()
    let thread = WriterThread<Int>(
      name: "writer", capacity: 10_000, heartbeat: pulse.heartbeat(every: .milliseconds(20))
    ) { _, _ in
      usleep(5000)
    }
    let end = SuspendingClock.now + .seconds(20)
    while pulse.count < 5, SuspendingClock.now < end { try? thread.submit(1, bytes: 1) }
    #expect(pulse.count >= 5, "\(pulse.count)")
    thread.stop()
  }

  @Test("it beats soon after a group that the disk took minutes for, though those who were in it do not come again")
  func slowDisk() throws {
    let pulse = Pulse()
    let thread = WriterThread<Int>(
      name: "writer", capacity: 10, heartbeat: pulse.heartbeat(every: .milliseconds(20))
    ) { $1(.seconds(300)) }
    for request in 0..<8 { try thread.submit(request, bytes: 1) }
    while thread.count > 0 { usleep(100) }
    // It is waiting for seven others now.
    try thread.submit(8, bytes: 1)
    let (before, start) = (pulse.count, SuspendingClock.now)
    while pulse.count < before + 2, start.duration(to: .now) < .seconds(20) { usleep(1000) }
    #expect(pulse.count >= before + 2)
    thread.stop()
  }

  @Test("it does not beat while it is stuck in a group, and does again after it")
  func stuck() throws {
    let pulse = Pulse()
    let (isReached, isOpen) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let thread = WriterThread<Int>(
      name: "writer", capacity: 10, heartbeat: pulse.heartbeat(every: .milliseconds(10))
    ) { _, _ in
      isReached.signal()
      isOpen.wait()
    }
    try thread.submit(1, bytes: 1)
    isReached.wait()
    let before = pulse.count
    usleep(200_000)
    #expect(pulse.count == before)
    isOpen.signal()
    while pulse.count < before + 2 { usleep(1000) }
    thread.stop()
  }

  @Test("it does not beat any more when it has stopped")
  func stopped() {
    let pulse = Pulse()
    let thread = WriterThread<Int>(
      name: "writer", capacity: 10, heartbeat: pulse.heartbeat(every: .milliseconds(10))
    ) { _, _ in }
    thread.stop()
    let count = pulse.count
    usleep(100_000)
    #expect(pulse.count == count)
  }

  @Test("a queue that is made smaller refuses what is more, and keeps what waits")
  func capacity() throws {
    let isOpen = DispatchSemaphore(value: 0)
    let done = Mutex<[Int]>([])
    let thread = WriterThread<Int>(name: "writer", capacity: 10) { group, _ in
      isOpen.wait()
      done.withLock { $0 += group }
      isOpen.signal()
    }
    try thread.submit(0, bytes: 1)
    while thread.count > 0 { usleep(100) }
    for request in 1...5 { try thread.submit(request, bytes: 1) }
    thread.setCapacity(2)
    #expect(throws: WriterThread<Int>.Refusal.full) { try thread.submit(6, bytes: 1) }
    isOpen.signal()
    thread.stop()
    #expect(done.withLock { $0 } == [0, 1, 2, 3, 4, 5])
  }
}

@Suite("A condition that waits by the clock that nobody sets")
struct MonotonicConditionTests {
  @Test("a wait that nobody ends takes as long as it was told; none at all when that is nothing or less")
  func alone() {
    let condition = MonotonicCondition()
    for milliseconds in [1, 50, 1100] {
      let start = SuspendingClock.now
      // It may return early, and whoever waits for something asks again.
      condition.withLock {
        while start.duration(to: .now) < .milliseconds(milliseconds) {
          condition.wait(atMost: .milliseconds(milliseconds) - start.duration(to: .now))
        }
      }
      #expect(start.duration(to: .now) < .milliseconds(milliseconds + 500))
    }
    let start = SuspendingClock.now
    condition.withLock { for duration in [Duration.zero, .seconds(-3600)] { condition.wait(atMost: duration) } }
    #expect(start.duration(to: .now) < .seconds(1))
  }

  @Test(
    "who waits for a very long time is woken all the same", arguments: [Duration.seconds(3600), .seconds(Int64.max)])
  func woken(duration: Duration) {
    let condition = MonotonicCondition()
    let isSet = Mutex(false)
    Thread {
      usleep(50_000)
      condition.withLock {
        isSet.withLock { $0 = true }
        condition.signal()
      }
    }.start()
    let start = SuspendingClock.now
    condition.withLock { while !isSet.withLock({ $0 }) { condition.wait(atMost: duration) } }
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test("one at a time is under the lock, and a broadcast wakes all")
  func exclusive() {
    let condition = MonotonicCondition()
    nonisolated(unsafe) var (count, isOpen) = (0, false)
    let done = DispatchGroup()
    for _ in 0..<8 {
      done.enter()
      Thread {
        condition.withLock { while !isOpen { condition.wait() } }
        for _ in 0..<10_000 { condition.withLock { count += 1 } }
        done.leave()
      }.start()
    }
    usleep(50_000)
    condition.withLock {
      isOpen = true
      condition.broadcast()
    }
    done.wait()
    #expect(count == 80_000)
  }
}
