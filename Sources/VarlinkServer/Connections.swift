import NIOCore
import Synchronization

/// One open connection as seen from outside its loop.
final class ConnectionControl: Sendable {
  private struct State {
    var stream: Task<Void, any Error>?
    var loop: Task<Void, Never>?
    var hasEnded = false
  }

  private let channel: any Channel
  private let state = Mutex(State())

  init(channel: any Channel) {
    self.channel = channel
  }

  /// Once per connection, so that a connection with many streams does not collect callbacks.
  func watchForClose() {
    channel.closeFuture.whenComplete { _ in self.endStreams() }
  }

  /// Runs a stream so that the end of the connection cancels it, but not the loop around it.
  func run(_ stream: Task<Void, any Error>) async throws {
    let isLate = state.withLock {
      $0.stream = stream
      return $0.hasEnded
    }
    if isLate { stream.cancel() }
    defer { state.withLock { $0.stream = nil } }
    try await withTaskCancellationHandler {
      try await stream.value
    } onCancel: {
      stream.cancel()
    }
  }

  func attach(loop: Task<Void, Never>) {
    state.withLock { $0.loop = loop }
  }

  /// Takes no further calls; those received are still answered.
  func drain() {
    endStreams()
    channel.close(mode: .input, promise: nil)
  }

  func abort() {
    endStreams()
    state.withLock { $0.loop }?.cancel()
    channel.close(promise: nil)
  }

  private func endStreams() {
    let stream = state.withLock {
      $0.hasEnded = true
      return $0.stream
    }
    stream?.cancel()
  }
}

/// The open connections of a server, up to their limit.
final class Connections: Sendable {
  enum Refusal: Error {
    case full(isFirst: Bool)
    case stopping
  }

  private struct State {
    var open: [ObjectIdentifier: ConnectionControl] = [:]
    var isStopping = false
    var isFull = false
    var emptied: EventLoopPromise<Void>?
  }

  private let limit: Int
  private let counted: ConnectionCount
  private let state = Mutex(State())

  init(limit: Int, counted: ConnectionCount) {
    self.limit = limit
    self.counted = counted
  }

  var count: Int { state.withLock { $0.open.count } }

  func admit(_ channel: any Channel) throws(Refusal) -> ConnectionControl {
    let control = ConnectionControl(channel: channel)
    let refusal: Refusal? = state.withLock {
      if $0.isStopping { return .stopping }
      guard $0.open.count < limit else {
        let isFirst = !$0.isFull
        $0.isFull = true
        return .full(isFirst: isFirst)
      }
      $0.open[ObjectIdentifier(control)] = control
      return nil
    }
    if let refusal { throw refusal }
    counted.change(by: 1)
    control.watchForClose()
    return control
  }

  func remove(_ control: ConnectionControl) {
    let emptied: EventLoopPromise<Void>? = state.withLock {
      if $0.open.removeValue(forKey: ObjectIdentifier(control)) != nil { counted.change(by: -1) }
      $0.isFull = false
      return $0.open.isEmpty ? $0.emptied : nil
    }
    emptied?.succeed()
  }

  func drain() {
    let open = state.withLock {
      $0.isStopping = true
      return Array($0.open.values)
    }
    for control in open { control.drain() }
  }

  func abort() {
    for control in state.withLock({ Array($0.open.values) }) { control.abort() }
  }

  /// Returns when no connection is left or the time is over.
  func waitUntilEmpty(atMost limit: TimeAmount, on loop: any EventLoop) async {
    let emptied = loop.makePromise(of: Void.self)
    let isEmpty = state.withLock {
      $0.emptied = emptied
      return $0.open.isEmpty
    }
    if isEmpty { emptied.succeed() }
    let timer = loop.scheduleTask(in: limit) { emptied.succeed() }
    try? await emptied.futureResult.get()
    timer.cancel()
  }
}
