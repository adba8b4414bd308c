import Synchronization

/// The bytes of pages that the streams of each user have made and nobody has read yet.
final class StreamRoom: Sendable {
  private struct State {
    var last: UInt64 = 0
    var unread: [UInt32: Int] = [:]
    var waiting: [UInt32: [UInt64: CheckedContinuation<Void, any Error>]] = [:]
  }

  private let state = Mutex(State())

  /// Returns as soon as the user's pages leave room for another one.
  ///
  /// - Throws: `CancellationError` when the stream ends before that.
  func wait(for uid: UInt32, _ limits: @Sendable () -> ServerLimits) async throws {
    try Task.checkCancellation()
    while !hasRoom(uid, limits()) {
      let number = state.withLock { state in
        state.last += 1
        return state.last
      }
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (go: CheckedContinuation<Void, any Error>) in
          let now = limits()
          let outcome: Result<Void, any Error>? = state.withLock { state in
            // Whoever was cancelled before this is not found by the handler, and would wait for ever.
            if Task.isCancelled { return .failure(CancellationError()) }
            if Self.hasRoom(uid, state, now) { return .success(()) }
            state.waiting[uid, default: [:]][number] = go
            return nil
          }
          if let outcome { go.resume(with: outcome) }
        }
      } onCancel: {
        let waiting = state.withLock { state in
          let waiting = state.waiting[uid]?.removeValue(forKey: number)
          if state.waiting[uid]?.isEmpty == true { state.waiting[uid] = nil }
          return waiting
        }
        waiting?.resume(throwing: CancellationError())
      }
    }
  }

  /// A page of so many bytes is made; `free` follows.
  func take(_ bytes: Int, of uid: UInt32) { state.withLock { $0.unread[uid, default: 0] += bytes } }

  /// A page is read, or its connection is gone.
  func free(_ bytes: Int, of uid: UInt32, _ limits: ServerLimits) {
    let go = state.withLock { state in
      let left = state.unread[uid, default: 0] - bytes
      state.unread[uid] = left > 0 ? left : nil
      return Self.takeWaiting(of: uid, &state, limits)
    }
    for waiting in go { waiting.resume() }
  }

  /// Lets those go on who have room under limits that may be others than before.
  func look(_ limits: ServerLimits) {
    let go = state.withLock { state in
      state.waiting.keys.flatMap { Self.takeWaiting(of: $0, &state, limits) }
    }
    for waiting in go { waiting.resume() }
  }

  private func hasRoom(_ uid: UInt32, _ limits: ServerLimits) -> Bool {
    state.withLock { Self.hasRoom(uid, $0, limits) }
  }

  private static func hasRoom(_ uid: UInt32, _ state: State, _ limits: ServerLimits) -> Bool {
    state.unread[uid, default: 0] < limits.unreadBytesPerUser || limits.exemptUsers.contains(uid)
  }

  private static func takeWaiting(
    of uid: UInt32, _ state: inout State, _ limits: ServerLimits
  ) -> [CheckedContinuation<Void, any Error>] {
    guard let waiting = state.waiting[uid], hasRoom(uid, state, limits) else { return [] }
    state.waiting[uid] = nil
    return Array(waiting.values)
  }
}
