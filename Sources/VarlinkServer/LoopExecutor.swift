import NIOCore

/// Runs a connection's task on the connection's own event loop: a short call is answered without a change of thread.
///
/// The loop must outlive the task; the server shuts it down after the last connection.
final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
