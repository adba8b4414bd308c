public import EventSourcing
import EventStore
import Synchronization

/// How far the views are behind what was acknowledged, and the wait for them.
extension DeskService {
  /// How far the views have come: never beyond what a transaction that begins now finds in them.
  public var applied: Position { writer.lag.applied.position }
  /// How many events they lack.
  public var viewsLag: UInt64 {
    let (committed, applied) = (signal.position, applied)
    return committed > applied ? committed.rawValue - applied.rawValue : 0
  }
  /// Whether they have all that was acknowledged by now.
  public var isCaughtUp: Bool { applied >= signal.position }

  /// Returns when the views have all that was acknowledged before the call: a question that is asked then is answered by
  /// no less than anybody was told before.
  ///
  /// - Throws: `CommandFailure` when they never will, or `CancellationError`.
  public func caughtUp() async throws {
    let asked = signal.position
    // Another ledger that was brought in meanwhile may be shorter.
    while applied < asked, applied < signal.position {
      writer.lag.ask()
      thread.wake()
      switch await writer.lag.applied.wakening(beyond: Position(asked.rawValue - 1)) {
      case .committed, .nudged: continue
      case .over:
        try Task.checkCancellation()
        throw writer.reason.map { CommandFailure.storageFailed($0) } ?? .stopping
      }
    }
  }

  /// As `caughtUp`, for so long at most; false when the views do not have it all by then. It is for answers that say so.
  public func caughtUp(within limit: Duration) async throws -> Bool {
    // No task is made where nothing is to be waited for.
    if viewsLag == 0 { return true }
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await self.caughtUp()
        return true
      }
      group.addTask {
        try await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return try await group.next() ?? false
    }
  }

  /// Whether the disk refuses the mark that says beside the views what is durable: they are written before each answer then.
  public var isMarkRefused: Bool { writer.isMarkRefused.load(ordering: .relaxed) }
}
