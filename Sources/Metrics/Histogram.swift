import Synchronization

/// Counts values by their size, in buckets: durations in nanoseconds, or plain numbers. Any thread may add to it.
public final class Histogram: Sendable {
  /// What was counted up to one moment.
  public struct Snapshot: Sendable, Hashable {
    /// For each bound, how many values were at most that bound and above the one before; last, those above all bounds.
    public var counts: [Int]
    /// The sum of all values, in their unit.
    public var sum: Int

    public init(counts: [Int], sum: Int) {
      self.counts = counts
      self.sum = sum
    }

    public var count: Int { counts.reduce(0, +) }
  }

  /// The greatest value of each bucket, ascending.
  public let bounds: [Int]
  private let state: Mutex<Snapshot>

  /// - Parameter bounds: the greatest value of each bucket, ascending.
  public init(bounds: [Int]) {
    self.bounds = bounds
    state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
  }

  /// A histogram of durations, with bounds from 50 µs to 30 s; its values are nanoseconds.
  public static func durations() -> Histogram {
    Histogram(
      bounds: [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 1_000_000_000, 5_000_000_000, 30_000_000_000,
      ])
  }

  /// Counts a value, which is in the unit of the bounds.
  public func add(_ value: Int) {
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[bucket] += 1
      $0.sum &+= value
    }
  }

  /// Adds a duration as nanoseconds.
  public func add(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    add(Int(clamping: seconds) &* 1_000_000_000 &+ Int(clamping: attoseconds / 1_000_000_000))
  }

  public var snapshot: Snapshot { state.withLock { $0 } }
}
