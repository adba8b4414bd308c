import Synchronization

/// Counts that only grow, one for each set of labels that has come up. Any thread may add to it.
public final class CounterFamily: Sendable {
  private let counts = Mutex<[[String]: Int]>([:])

  public init() {}

  /// - Parameter values: of the labels, always as many.
  public func add(_ values: String...) { counts.withLock { $0[values, default: 0] += 1 } }

  public var snapshot: [(values: [String], count: Int)] {
    counts.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
  }
}
