import Synchronization

/// Counts that only grow, one for each combination of label values that was added. Any thread may add to it.
public final class CounterFamily: Sendable {
  private let counts = Mutex<[[String]: Int]>([:])

  public init() {}

  /// Adds one to the count of these label values.
  ///
  /// - Parameter values: one for each label, so the same number in every call.
  public func add(_ values: String...) { counts.withLock { $0[values, default: 0] += 1 } }

  /// The counts of this moment, in order of their label values.
  public var snapshot: [(values: [String], count: Int)] {
    counts.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
  }
}
