public import Desk

import Glibc
import Synchronization

/// The daemon's clock. Only a demo's can be moved.
public final class DeskClock: Sendable {
  public let isDemo: Bool
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

  fileprivate static var machine: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}

extension Timestamp {
  /// What the machine's clock shows.
  public static var machine: Timestamp { Timestamp(microseconds: DeskClock.machine) }
}
