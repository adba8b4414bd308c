import EventStore
import Synchronization
import TestSupport
import Testing

@Suite("What the groups leave to the writer's thread")
struct RestTests {
  /// Something to do, when it is due, and what was done in which order.
  private final class Chore: Sendable {
    let left = Mutex<Duration?>(nil)
    let log = Mutex<[String]>([])

    func rest() -> WriterThread<Int>.Rest {
      .init {
        self.left.withLock { $0 }
      } act: {
        self.left.withLock { $0 = nil }
        self.log.withLock { $0.append("rest") }
      }
    }

    func isDone(_ count: Int = 1) -> Bool { log.withLock { log in log.count { $0 == "rest" } >= count } }
  }

  private func thread(_ chore: Chore, settling duration: Duration = .zero) -> WriterThread<Int> {
    WriterThread<Int>(name: "writer", capacity: 100, rest: chore.rest()) { group, settle in
      settle(duration)
      chore.log.withLock { $0.append("\(group)") }
    }
  }

  @Test("it is done when the thread is woken, though there is nothing to write")
  func woken() {
    let chore = Chore()
    let thread = thread(chore)
    chore.left.withLock { $0 = .zero }
    thread.wake()
    #expect(eventually { chore.isDone() })
    thread.stop()
  }

  @Test("it is done when its time has come, and nobody wakes the thread")
  func inTime() throws {
    let chore = Chore()
    let thread = thread(chore)
    chore.left.withLock { $0 = .milliseconds(20) }
    try thread.submit(1, bytes: 1)
    #expect(eventually { chore.log.withLock { $0 } == ["[1]"] })
    chore.left.withLock { $0 = .zero }
    #expect(eventually { chore.isDone() })
    thread.stop()
  }

  @Test("it is done while the thread waits for those whom the last group answered, and they are still waited for")
  func gathering() throws {
    let chore = Chore()
    let thread = thread(chore, settling: .seconds(600))
    for request in 1...2 { try thread.submit(request, bytes: 1) }
    #expect(eventually { chore.log.withLock { $0.joined().contains("2") } })
    // Two are expected, and one comes.
    chore.left.withLock { $0 = .zero }
    try thread.submit(3, bytes: 1)
    thread.wake()
    #expect(eventually { chore.log.withLock { $0.joined().contains("3") } })
    let log = chore.log.withLock { $0 }
    #expect(log.firstIndex(of: "rest") ?? .max < log.firstIndex { $0.contains("3") } ?? 0, "\(log)")
    thread.stop()
  }

  @Test("it is done at last, before the thread ends")
  func atLast() throws {
    let chore = Chore()
    let thread = thread(chore)
    try thread.submit(1, bytes: 1)
    chore.left.withLock { $0 = .seconds(3600) }
    thread.stop()
    #expect(chore.log.withLock { $0 } == ["[1]", "rest"])
  }
}
