public import Desk
import EventStore
import Glibc
import Synchronization

/// The daemon's clock. Only a demo's can be moved.
public final class DeskClock: Sendable {
  /// What the clock shows, and what it should show after the time that the machine has been up.
  struct Suspicion: Hashable, Sendable {
    var now: Timestamp
    var expected: Timestamp
  }

  public let isDemo: Bool
  /// What the machine's clock and its time since the boot differed by at the start that jumps are measured
  /// from, in microseconds: this one, or that of a process that died.
  private let bootedAt = Mutex(machine - sinceBoot)
  /// How far it is ahead of the machine's clock, in microseconds.
  private let shift: Mutex<Int64>

  /// The machine's clock.
  public init() {
    isDemo = false
    shift = Mutex(0)
  }

  /// A demo's clock: shows `start` now and goes on from there.
  public init(demoFrom start: Timestamp) {
    isDemo = true
    shift = Mutex(start.microseconds - Self.machine)
  }

  public var now: Timestamp { Timestamp(microseconds: Self.machine + shift.withLock { $0 }) }

  /// Moves a demo's clock forward; false when it is not a demo's, or `instant` is not later than now.
  public func move(to instant: Timestamp) -> Bool {
    guard isDemo, instant > now else { return false }
    shift.withLock { $0 = instant.microseconds - Self.machine }
    return true
  }

  /// Holds the machine's clock against what it was held against by those before, if they died in this boot.
  func goOn(from store: EventStore) throws(StoreError) {
    guard !isDemo else { return }
    let known = try store.clockAtFirstStart(orNow: bootedAt.withLock { $0 })
    bootedAt.withLock { $0 = known }
  }

  /// Nil when the clock can be believed. Times in the ledger never run backwards, so that one command recorded in the
  /// year 9999 would leave every later one there: a clock that has jumped ahead since the start by more than a day, to
  /// more than 31 days after the last event, is not believed until it is back, or until whoever knows the date stops
  /// the daemon and starts it again; one that died and was started by itself goes on doubting. A machine that comes up
  /// with a wrong clock and is put right then passes, because the ledger says when it last was.
  func suspicion(after last: Timestamp) -> Suspicion? {
    let day: Int64 = 86_400_000_000
    let (now, expected) = (Self.machine, bootedAt.withLock { $0 } + Self.sinceBoot)
    guard !isDemo, now - expected > day, now - last.microseconds > 31 * day else { return nil }
    return Suspicion(now: Timestamp(microseconds: now), expected: Timestamp(microseconds: expected))
  }

  fileprivate static var machine: Int64 { microseconds(of: CLOCK_REALTIME) }

  /// It goes on while the machine sleeps, and nobody can set it.
  private static var sinceBoot: Int64 { microseconds(of: CLOCK_BOOTTIME) }

  private static func microseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}

extension Timestamp {
  /// What the machine's clock shows.
  public static var machine: Timestamp { Timestamp(microseconds: DeskClock.machine) }
}
