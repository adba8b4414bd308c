import Foundation

/// Waits until something is so, at most a minute: a busy machine takes its time, and nothing is to fail for that.
///
/// - Returns: false when it was waited for in vain.
public func eventually(seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < deadline {
    if try condition() { return true }
    usleep(10_000)
  }
  return try condition()
}
