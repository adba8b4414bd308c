import Synchronization

/// An action that a thread repeats to show that it goes on. A thread that is stuck does not beat.
public final class Heartbeat: Sendable {
  private let interval: Duration
  private let action: @Sendable () -> Void
  // By the clock that nobody sets, because systemd's watchdog counts by that too.
  private let due: Mutex<SuspendingClock.Instant>

  /// - Parameter action: called on the thread that beats; it must not wait for anything.
  public init(every interval: Duration, _ action: @escaping @Sendable () -> Void) {
    self.interval = interval
    self.action = action
    due = Mutex(.now + interval)
  }

  /// Beats when it is time; otherwise it only reads the clock.
  public func beatIfDue() {
    let now = SuspendingClock.now
    let isDue = due.withLock { due in
      guard now >= due else { return false }
      due = now + interval
      return true
    }
    if isDue { action() }
  }

  /// How long until the next beat; zero or negative when it is due.
  var left: Duration { due.withLock { SuspendingClock.now.duration(to: $0) } }
}
