import NIOCore
import Synchronization

/// What is to be done on an event loop for the connections. The users for whom there is something take turns, however many
/// connections each has, and order within a connection stays. After a few jobs the loop looks for what has come meanwhile:
/// it would go on with calls that were sent in heaps, while another's one call lies in the kernel.
///
/// Nobody waits for somebody who has nothing to do.
final class LoopTurns: Sendable {
  private struct State {
    var order = CircularBuffer<LoopExecutor>()
    var isGoing = false
  }

  /// Many enough that looking costs next to nothing, and done within a millisecond.
  private static let jobsAtOnce = 16
  /// How long the loop waits at most when it looks. A task that is due already would be done first.
  private static let look = TimeAmount.microseconds(20)

  typealias Job = @Sendable () -> Void

  private let execute: @Sendable (@escaping Job) -> Void
  private let executeAfterLook: @Sendable (@escaping Job) -> Void
  private let state = Mutex(State())
  /// By user, as long as he has a connection.
  private let executors = Mutex<[UInt32: (executor: LoopExecutor, connections: Int)]>([:])

  convenience init(_ loop: any EventLoop) {
    self.init {
      loop.execute($0)
    } afterLook: { job in
      // Also when the loop is shut down: no task is left undone.
      loop.scheduleTask(in: Self.look) {}.futureResult.whenComplete { _ in job() }
    }
  }

  /// - Parameters:
  ///   - execute: does a job soon.
  ///   - executeAfterLook: does it when the loop has looked for what has come.
  init(
    _ execute: @escaping @Sendable (@escaping Job) -> Void,
    afterLook executeAfterLook: @escaping @Sendable (@escaping Job) -> Void
  ) {
    (self.execute, self.executeAfterLook) = (execute, executeAfterLook)
  }

  /// What does the jobs of a user's connections; `leave` follows for each.
  func join(_ uid: UInt32) -> LoopExecutor {
    executors.withLock { executors in
      let own = executors[uid] ?? (LoopExecutor(self), 0)
      executors[uid] = (own.executor, own.connections + 1)
      return own.executor
    }
  }

  func leave(_ uid: UInt32) {
    executors.withLock { executors in
      guard let own = executors[uid] else { return }
      executors[uid] = own.connections > 1 ? (own.executor, own.connections - 1) : nil
    }
  }

  /// Puts a user at the end, who was not in the order because there was nothing to do for him.
  fileprivate func add(_ executor: LoopExecutor) {
    let begins = state.withLock { state in
      state.order.append(executor)
      defer { state.isGoing = true }
      return !state.isGoing
    }
    if begins { execute { self.go() } }
  }

  private func go() {
    for _ in 0..<Self.jobsAtOnce {
      let next = state.withLock { state in
        let next = state.order.popFirst()
        state.isGoing = next != nil
        return next
      }
      guard let next else { return }
      next.runNext { add($0) }
    }
    executeAfterLook { self.go() }
  }
}

/// Does what there is to do for a user's connections, and runs their tasks, on their own event loop: a short call is answered
/// without a change of thread.
///
/// The loop must outlive the tasks; the server shuts it down after the last connection.
final class LoopExecutor: TaskExecutor {
  private enum Work {
    case job(LoopTurns.Job)
    case task(UnownedJob)
  }

  private let turns: LoopTurns
  private let waiting = Mutex(CircularBuffer<Work>())

  fileprivate init(_ turns: LoopTurns) { self.turns = turns }

  /// Has it done when it is the user's turn, on whatever thread it is asked for.
  func add(_ job: @escaping LoopTurns.Job) { add(.job(job)) }

  func enqueue(_ job: consuming ExecutorJob) { add(.task(UnownedJob(job))) }

  private func add(_ work: Work) {
    let isFirst = waiting.withLock { waiting in
      waiting.append(work)
      return waiting.count == 1
    }
    if isFirst { turns.add(self) }
  }

  /// Does one piece of work.
  ///
  /// - Parameter more: called before, when others follow it.
  fileprivate func runNext(_ more: (LoopExecutor) -> Void) {
    let (work, hasMore) = waiting.withLock { waiting in (waiting.popFirst(), !waiting.isEmpty) }
    if hasMore { more(self) }
    switch work {
    case .job(let job): job()
    case .task(let task): task.runSynchronously(on: asUnownedTaskExecutor())
    case nil: break
    }
  }
}
