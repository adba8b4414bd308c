import Logging
import Synchronization
import Testing

@testable import VarlinkServer

@Suite("What is logged at most once a minute")
struct PacedLogTests {
  private final class Watch: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func pass(_ seconds: Int) { time.withLock { $0 += .seconds(seconds) } }
  }

  private let log = TestLog()
  private let watch = Watch()

  private func paced(_ entriesMax: Int) -> PacedLog {
    PacedLog(Logger(label: "test") { [log] _ in log }, entriesMax: entriesMax) { [watch] in watch.now }
  }

  @Test("the same about the same user is said once a minute, with how often it was left out")
  func once() {
    let paced = paced(4)
    for _ in 0..<5 { paced.note(.warning, "too many", uid: 7, [:]) }
    paced.note(.warning, "too many", uid: 8, [:])
    #expect(log.lines.count == 2)
    watch.pass(61)
    paced.note(.warning, "too many", uid: 7, [:])
    #expect(log.lines.count == 3 && log.lines[2].contains("\"more\": 4") || log.lines[2].contains("more: 4"))
  }

  @Test("however many there are of whom something is to be said, a minute says so much and no more")
  func bounded() {
    let paced = paced(4)
    for uid in 0..<1000 { paced.note(.warning, "too many", uid: UInt32(uid), [:]) }
    // Four by name, and one for all others.
    #expect(log.lines.count == 5)
    for uid in 0..<1000 { paced.note(.warning, "too many", uid: UInt32(uid), [:]) }
    #expect(log.lines.count == 5)
    watch.pass(61)
    for uid in 2000..<3000 { paced.note(.warning, "too many", uid: UInt32(uid), [:]) }
    #expect(log.lines.count == 10)
    #expect(log.lines.last?.contains("1991") == true, "\(log.lines.last ?? "")")
  }
}
