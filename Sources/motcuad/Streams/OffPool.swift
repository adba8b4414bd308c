import Foundation
import Synchronization

/// Runs what takes long on a thread of its own, so that the few threads that answer everybody stay free.
func offPool<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    let thread = Thread { continuation.resume(with: Result { try body() }) }
    thread.stackSize = 8 << 20
    thread.start()
  }
}

/// The same for work that nobody needs any more when its task is cancelled: it asks now and then whether that is so, and is
/// waited for all the same.
func offPool<R: Sendable>(
  whileWanted body: @escaping @Sendable (_ isWanted: @Sendable () -> Bool) throws -> R
) async throws -> R {
  let wanted = Wanted()
  return try await withTaskCancellationHandler {
    try await offPool { try body { wanted.isSo } }
  } onCancel: {
    wanted.end()
  }
}

private final class Wanted: Sendable {
  private let state = Atomic(true)

  var isSo: Bool { state.load(ordering: .acquiring) }

  func end() { state.store(false, ordering: .releasing) }
}
