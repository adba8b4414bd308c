import Synchronization

/// How often something happened lately, a second at a time. Any thread may add to it.
public final class RecentRate: Sendable {
  /// Over how many seconds, the one that is under way not counted.
  public static let seconds = 60

  private struct State {
    var counts = Array(repeating: 0, count: RecentRate.seconds + 1)
    /// The second that is under way, since the start.
    var second = 0

    /// Empties the places of the seconds that have gone by without a word.
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

  public func add(at now: ContinuousClock.Instant = .now) {
    let second = second(now)
    state.withLock {
      $0.move(to: second)
      $0.counts[second % $0.counts.count] += 1
    }
  }

  /// A second, on average of the last minute; of the time since the start when that is less. Zero in the first second.
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
