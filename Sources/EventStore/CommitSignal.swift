public import EventSourcing

import Synchronization

/// Tells those who follow the ledger how far it has been committed.
public final class CommitSignal: Sendable {
  private struct State {
    var position: Position
    var isClosed = false
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter: UInt64 = 0
  }

  private let state: Mutex<State>

  public init(_ position: Position) { state = Mutex(State(position: position)) }

  public var position: Position { state.withLock { $0.position } }
  /// Nothing follows any more: the daemon is stopping.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  public func advance(to position: Position) {
    let waiters = state.withLock { state in
      state.position = position
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Nobody waits any more, now or later.
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
    while !Task.isCancelled {
      let (isThere, isClosed, id) = state.withLock { state in
        state.nextWaiter += 1
        return (state.position > position, state.isClosed, state.nextWaiter)
      }
      if isThere { return true }
      if isClosed { return false }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let resumeNow = state.withLock { state in
            if state.position > position || state.isClosed || Task.isCancelled { return true }
            state.waiters[id] = continuation
            return false
          }
          if resumeNow { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
      }
    }
    return false
  }
}
