import Synchronization

/// How often something happened in the last minute, counted second by second. Any thread may add to it.
public final class RecentRate: Sendable {
  /// The length of the window; the second that is under way lies outside it.
  public static let seconds = 60

  private struct State {
    var counts = Array(repeating: 0, count: RecentRate.seconds + 1)
    /// The second that is under way, counted from the start.
    var second = 0

    /// Sets the counts of the seconds since the last call to zero: nothing was added in them.
    mutating func move(to now: Int) {
      guard now > second else { return }
      for passed in (second + 1)...min(now, second + counts.count) { counts[passed % counts.count] = 0 }
      if now > second + counts.count { counts = Array(repeating: 0, count: counts.count) }
      second = now
    }
  }

  private let start: ContinuousClock.Instant
  private let state = Mutex(State())

  public init(start: ContinuousClock.Instant = .now) { self.start = start }

  /// Counts one event.
  public func add(at now: ContinuousClock.Instant = .now) {
    let second = second(now)
    state.withLock {
      $0.move(to: second)
      $0.counts[second % $0.counts.count] += 1
    }
  }

  /// Events per second, on average over the last minute, or over the whole seconds since the start when those are
  /// fewer. Zero in the first second.
  public func perSecond(at now: ContinuousClock.Instant = .now) -> Double {
    let second = second(now)
    guard second > 0 else { return 0 }
    return state.withLock {
      $0.move(to: second)
      let whole = $0.counts.reduce(0, +) - $0.counts[second % $0.counts.count]
      return Double(whole) / Double(min(second, Self.seconds))
    }
  }

  private func second(_ now: ContinuousClock.Instant) -> Int {
    max(0, Int(clamping: start.duration(to: now).components.seconds))
  }
}
