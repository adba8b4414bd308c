import Metrics
import Synchronization

/// How long calls take, and which errors they end with, since the start.
final class CallFigures: Sendable {
  /// By method and error; the method is empty for what is no call at all, and for calls of no method of ours.
  let errors = CounterFamily()
  private let durations = Mutex<[String: Histogram]>([:])

  /// The durations of one method's calls, until the last reply is made; of a stream that nobody ends, until its caller
  /// leaves. Calls that the caller's role does not allow are not among them.
  func durations(of method: String) -> Histogram {
    durations.withLock { durations in
      if let known = durations[method] { return known }
      let fresh = Histogram.durations()
      durations[method] = fresh
      return fresh
    }
  }

  /// The methods of an interface with their durations, in order.
  func all(of interface: String) -> [(method: String, durations: Histogram)] {
    durations.withLock { $0 }.filter { $0.key.hasPrefix(interface + ".") }.sorted { $0.key < $1.key }
      .map { (String($0.key.dropFirst(interface.count + 1)), $0.value) }
  }
}
