import EventStore

/// How a command reaches the writer.
extension DeskService {
  /// Records a command, or says why not.
  ///
  /// - Parameter then: called once, when that is durable, on the thread that writes: it must not wait there.
  public func record(
    _ request: CommandRequest, then: @escaping @Sendable (Result<Accepted, CommandFailure>) -> Void
  ) {
    let pending = CommandWriter.Pending(work: .command(request), reply: then)
    do throws(WriterThread<CommandWriter.Turn>.Refusal) {
      try thread.submit(.command(pending), bytes: request.bytes)
    } catch {
      switch error {
      case .full: then(.failure(.busy))
      case .stopped: then(.failure(.stopping))
      }
    }
  }

  /// The same for who may wait. Returns when it is durable.
  public func record(_ request: CommandRequest) async -> Result<Accepted, CommandFailure> {
    await withCheckedContinuation { continuation in record(request) { continuation.resume(returning: $0) } }
  }
}
