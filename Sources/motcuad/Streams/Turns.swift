import Synchronization

/// Places at work that takes much: a few for all, fewer for one user, and who finds none waits. The users who wait take
/// turns, so that one question does not come after the hundred of somebody else.
final class Turns: Sendable {
  private struct Waiter {
    var number: UInt64
    var go: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var last: UInt64 = 0
    var working: [UInt32: Int] = [:]
    var waiting: [UInt32: [Waiter]] = [:]
    /// The users who wait, whoever had a place last at the end.
    var order: [UInt32] = []
  }

  private let places: Int
  private let placesPerUser: Int
  private let state = Mutex(State())

  init(places: Int, placesPerUser: Int = 1) {
    self.places = places
    self.placesPerUser = placesPerUser
  }

  /// How many places are taken.
  var taken: Int { state.withLock { $0.working.values.reduce(0, +) } }
  /// How many wait for one.
  var waiting: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }

  /// Does the work when there is a place for the user.
  ///
  /// - Throws: `CancellationError` when the task is cancelled before that, and what the work throws.
  func run<R: Sendable>(of uid: UInt32, _ work: @Sendable () async throws -> R) async throws -> R {
    try await enter(uid)
    defer { leave(uid) }
    // It may have been cancelled just when its turn had come.
    try Task.checkCancellation()
    return try await work()
  }

  private func enter(_ uid: UInt32) async throws {
    // As a rule there is a place, and nobody is called back.
    if takesPlace(uid) { return }
    let number = state.withLock { state in
      state.last += 1
      return state.last
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (go: CheckedContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          // Whoever was cancelled before this is not found by the handler, and would wait for ever.
          if Task.isCancelled { return .failure(CancellationError()) }
          if takesPlace(uid, &state) { return .success(()) }
          if state.waiting[uid] == nil { state.order.append(uid) }
          state.waiting[uid, default: []].append(Waiter(number: number, go: go))
          return nil
        }
        if let outcome { go.resume(with: outcome) }
      }
    } onCancel: {
      let waiter: Waiter? = state.withLock { state in
        guard let index = state.waiting[uid]?.firstIndex(where: { $0.number == number }) else { return nil }
        return Self.take(index, of: uid, &state)
      }
      waiter?.go.resume(throwing: CancellationError())
    }
  }

  private func takesPlace(_ uid: UInt32) -> Bool { state.withLock { takesPlace(uid, &$0) } }

  private func takesPlace(_ uid: UInt32, _ state: inout State) -> Bool {
    guard hasPlace(for: uid, state) else { return false }
    state.working[uid, default: 0] += 1
    return true
  }

  private func leave(_ uid: UInt32) {
    let next: Waiter? = state.withLock { state in
      let left = state.working[uid, default: 1] - 1
      state.working[uid] = left > 0 ? left : nil
      Self.putLast(uid, &state)
      // One place is free, so at most one can go on.
      guard let user = state.order.first(where: { hasPlace(for: $0, state) }) else { return nil }
      let waiter = Self.take(0, of: user, &state)
      state.working[user, default: 0] += 1
      Self.putLast(user, &state)
      return waiter
    }
    next?.go.resume()
  }

  private func hasPlace(for uid: UInt32, _ state: State) -> Bool {
    state.working[uid, default: 0] < placesPerUser && state.working.values.reduce(0, +) < places
  }

  private static func putLast(_ uid: UInt32, _ state: inout State) {
    if let index = state.order.firstIndex(of: uid) { state.order.append(state.order.remove(at: index)) }
  }

  private static func take(_ index: Int, of uid: UInt32, _ state: inout State) -> Waiter? {
    let waiter = state.waiting[uid]?.remove(at: index)
    if state.waiting[uid]?.isEmpty == true {
      state.waiting[uid] = nil
      state.order.removeAll { $0 == uid }
    }
    return waiter
  }
}
