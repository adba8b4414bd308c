public import EventSourcing

import Synchronization

/// Wakes those who follow the ledger when more of it is committed.
public final class CommitSignal: Sendable {
  private struct State {
    var isClosed = false
    /// How often `nudge` was called.
    var nudges: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter: UInt64 = 0
  }

  private let state = Mutex(State())
  // Apart, because it is asked before each answer. It is written under the lock.
  private let reached: Atomic<UInt64>

  public init(_ position: Position) { reached = Atomic(position.rawValue) }

  /// The last committed event.
  public var position: Position { Position(reached.load(ordering: .acquiring)) }
  /// Whether waiting is over for good, because the daemon is stopping.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Says that the ledger is committed up to a position, and wakes all who wait.
  public func advance(to position: Position) {
    let waiters = state.withLock { state in
      reached.store(position.rawValue, ordering: .releasing)
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Wakes those who wait by `wakening`, though nothing was committed.
  public func nudge() {
    let waiters = state.withLock { state in
      state.nudges += 1
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Ends every wait, those of now and of later.
  public func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns when something beyond the position is committed (true), or when waiting is over (false): closed, or the
  /// task cancelled.
  public func wait(beyond position: Position) async -> Bool {
    while true {
      switch await wakening(beyond: position) {
      case .committed: return true
      case .over: return false
      case .nudged: continue
      }
    }
  }

  /// Why somebody who waits goes on.
  public enum Wakening: Sendable {
    case committed
    /// `nudge` was called.
    case nudged
    /// The signal was closed, or the task cancelled.
    case over
  }

  /// The same as `wait`, but returns also when `nudge` is called.
  public func wakening(beyond position: Position) async -> Wakening {
    let nudges = state.withLock { $0.nudges }
    while !Task.isCancelled {
      let (isThere, isClosed, isNudged, id) = state.withLock { state in
        state.nextWaiter += 1
        return (self.position > position, state.isClosed, state.nudges != nudges, state.nextWaiter)
      }
      if isThere { return .committed }
      if isClosed { return .over }
      if isNudged { return .nudged }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let resumeNow = state.withLock { state in
            if self.position > position || state.isClosed || state.nudges != nudges || Task.isCancelled { return true }
            state.waiters[id] = continuation
            return false
          }
          if resumeNow { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
      }
    }
    return .over
  }
}
