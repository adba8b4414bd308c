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

  /// How many messages the lines stand for: each for itself, and for those that it counts.
  private var accounted: Int {
    log.lines.reduce(0) { sum, line in
      let counted = line.matches(of: /"(?:more|others)": (\d+)/).reduce(0) { $0 + (Int($1.output.1) ?? 0) }
      return sum + 1 + counted
    }
  }

  @Test("however many there are of whom something is to be said, a minute says so much and no more, and counts all")
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
    watch.pass(61)
    paced.settle()
    #expect(log.lines.count <= 15)
    #expect(accounted == 3000, "\(log.lines)")
  }

  @Test("what was left out is said when its minute is over though nothing follows, and the minute after begins then")
  func settled() {
    let paced = paced(4)
    for _ in 0..<5 { paced.note(.warning, "too many", uid: 7, ["limit": "4"]) }
    paced.note(.warning, "too many", uid: 8, [:])
    watch.pass(30)
    paced.settle()
    #expect(log.lines.count == 2)
    watch.pass(31)
    paced.settle()
    #expect(log.lines.count == 3 && accounted == 6, "\(log.lines)")
    #expect(log.lines.last?.contains("\"uid\": 7") == true && log.lines.last?.contains("\"limit\": 4") == true)
    paced.note(.warning, "too many", uid: 7, [:])
    paced.settle()
    #expect(log.lines.count == 3)
    // Nothing follows any more.
    paced.settle(all: true)
    #expect(log.lines.count == 4 && accounted == 7)
    watch.pass(61)
    paced.settle()
    paced.settle(all: true)
    #expect(log.lines.count == 4)
  }

  @Test("whatever comes, and whenever, each message is said or counted in the end, and no minute has too many lines")
  func accountsForAll() {
    var dice = SystemRandomNumberGenerator()
    let paced = paced(8)
    var (noted, lines) = (0, 0)
    for _ in 0..<200 {
      for _ in 0..<Int.random(in: 0..<40, using: &dice) {
        paced.note(.notice, "refused", uid: UInt32.random(in: 0..<20, using: &dice), about: "Show", [:])
        noted += 1
      }
      if Bool.random(using: &dice) { paced.settle() }
      // Eight by name and one for the others, of this minute and of the one before.
      #expect(log.lines.count - lines <= 18)
      lines = log.lines.count
      watch.pass(Int.random(in: 0..<90, using: &dice))
    }
    paced.settle(all: true)
    #expect(accounted == noted)
  }
}
