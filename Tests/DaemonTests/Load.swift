import Foundation
import Synchronization

/// Clients at work on threads of their own, beside a test that waits: tasks would wait with it.
final class Load: Sendable {
  private struct State {
    var done: [Int]
    var running: Int
    var isOver = false
  }

  private let state: Mutex<State>

  /// - Parameter step: one piece of work of a client, again and again; false when it failed, which ends that client.
  init(clients: Int, _ step: @escaping @Sendable (_ client: Int) -> (@Sendable (_ round: Int) -> Bool)?) {
    state = Mutex(State(done: Array(repeating: 0, count: clients), running: clients))
    for client in 0..<clients {
      Thread { [self] in
        if let work = step(client) {
          while !state.withLock({ $0.isOver }), work(state.withLock { $0.done[client] }) {
            state.withLock { $0.done[client] += 1 }
          }
        }
        state.withLock { $0.running -= 1 }
      }.start()
    }
  }

  /// Waits until every client has done so much, at most 30 seconds.
  func waitUntilEach(hasDone count: Int) {
    let deadline = Date(timeIntervalSinceNow: 30)
    while Date() < deadline, state.withLock({ $0.running > 0 && $0.done.contains { $0 < count } }) { usleep(10_000) }
  }

  /// Whether every client still works.
  var isRunning: Bool { state.withLock { $0.running == $0.done.count } }

  /// Ends the work, and says how often each client has done it.
  func finish() -> [Int] {
    state.withLock { $0.isOver = true }
    while state.withLock({ $0.running > 0 }) { usleep(10_000) }
    return state.withLock { $0.done }
  }
}
