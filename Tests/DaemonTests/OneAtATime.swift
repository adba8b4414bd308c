import Synchronization
import Testing

/// Tests that start a daemon run one after the other: each keeps the machine busy enough, and many at once would only
/// measure each other's patience.
struct OneAtATime: SuiteTrait, TestTrait, TestScoping {
  private static let gate = Gate()

  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    // A suite, or a test with several cases, is not itself what runs.
    guard testCase != nil else { return try await function() }
    await Self.gate.enter()
    defer { Self.gate.leave() }
    try await function()
  }
}

extension Trait where Self == OneAtATime {
  static var oneAtATime: Self { OneAtATime() }
}

/// Lets one through at a time, in the order in which they came.
private final class Gate: Sendable {
  private let state = Mutex<(isTaken: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

  func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isTaken {
          state.waiting.append(continuation)
          return false
        }
        state.isTaken = true
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
