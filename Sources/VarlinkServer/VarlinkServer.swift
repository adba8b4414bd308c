public import Logging
import NIOCore
import NIOPosix
import Synchronization
public import Varlink

/// Serves Varlink interfaces on a Unix socket.
public final class VarlinkServer: Sendable {
  private enum Phase {
    case new
    case running((any Channel)?)
    case stopping
  }

  private let core: ServerCore
  /// How many connections are open now.
  public let connectionCount: ConnectionCount
  private let phase = Mutex(Phase.new)

  /// - Parameters:
  ///   - interfaces: what the service answers; `org.varlink.service` is added. Of two with one name the first counts.
  ///   - errors: the names of the errors for a client that breaks the protocol or meets a limit.
  ///   - count: the counter that the server keeps at the number of its open connections.
  public init(
    info: ServiceInfo, interfaces: [InterfaceDescription], errors: ErrorNames,
    service: any VarlinkService, limits: ServerLimits = ServerLimits(), count: ConnectionCount = ConnectionCount(),
    logger: Logger
  ) {
    connectionCount = count
    core = ServerCore(
      Dispatcher(info: info, interfaces: interfaces), errors, service, Connections(counted: count), limits,
      PacedLog(logger))
  }

  private var limits: ServerLimits { core.limits }
  private var connections: Connections { core.connections }
  private var log: PacedLog { core.log }

  /// Puts other limits in force.
  ///
  /// Limits on numbers, times and paces, `waitingBytesPerUser` and `unreadBytesPerUser` bind open connections too, but none is
  /// closed because there are too many already. `frameBytes`, `unreadBytes` and `pipelinedCalls` bind later connections.
  /// `backlog` and `eventLoopThreads` stay as they were when the server started.
  public func replaceLimits(_ limits: ServerLimits) { core.replaceLimits(limits) }

  /// Serves until the task is cancelled or `shutdown()` is called.
  ///
  /// When it stops, it accepts nothing more, ends the streams, lets calls under way finish within `graceSeconds`,
  /// cancels those that do not, and removes the socket that it made.
  /// - Parameter onReady: called once, when connections are accepted; if it throws, the server stops and throws that.
  /// - Throws: `ListenError`, what `onReady` throws, or NIO's error when it cannot listen on the descriptor.
  public func run(
    listening socket: ListeningSocket, onReady: @Sendable () async throws -> Void = {}
  ) async throws {
    try begin()
    let listener = try Listener(opening: socket)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: limits.eventLoopThreads)
    var failure: (any Error)?
    do {
      let turns = Dictionary(uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), LoopTurns($0)) })
      let channel = try await bootstrap(group, turns).withBoundSocket(listener.descriptor).get()
      // NIO listens with a length of its own before its option for it is read, and systemd's socket has listened already.
      // To listen once more gives the queue another length.
      try listener.listen(backlog: limits.backlog)
      for loop in group.makeIterator() {
        loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in self.look(on: loop) }
      }
      if isStopping(orRunning: channel) { channel.close(promise: nil) }
      try await withTaskCancellationHandler {
        do { try await onReady() } catch {
          shutdown()
          throw error
        }
        try await channel.closeFuture.get()
        if !isStopping { throw ListenError.closedUnexpectedly }
      } onCancel: {
        shutdown()
      }
    } catch {
      failure = error
    }
    shutdown()
    await stopConnections(group)
    log.settle(all: true)
    listener.release()
    if let failure { throw failure }
  }

  /// Makes `run` end; calling it again does nothing more.
  public func shutdown() {
    let previous = phase.withLock { phase in
      defer { phase = .stopping }
      return phase
    }
    guard case .running(let channel) = previous else { return }
    channel?.close(promise: nil)
  }

  private func begin() throws(ListenError) {
    let isAllowed = phase.withLock {
      switch $0 {
      case .new:
        $0 = .running(nil)
        return true
      case .stopping: return true
      case .running: return false
      }
    }
    if !isAllowed { throw .runTwice }
  }

  private var isStopping: Bool {
    phase.withLock { if case .stopping = $0 { true } else { false } }
  }

  private func isStopping(orRunning channel: any Channel) -> Bool {
    phase.withLock {
      if case .stopping = $0 { return true }
      $0 = .running(channel)
      return false
    }
  }

  private func stopConnections(_ group: MultiThreadedEventLoopGroup) async {
    let loop = group.next()
    connections.drain()
    await connections.waitUntilEmpty(atMost: .seconds(Int64(limits.graceSeconds)), on: loop)
    if connections.count > 0 {
      log.logger.warning("calls still under way are cancelled", metadata: ["connections": "\(connections.count)"])
      connections.abort()
      await connections.waitUntilEmpty(atMost: .seconds(1), on: loop)
    }
    // A call that ignores its cancellation still holds its channel, and a channel must not outlive its loop.
    if connections.count == 0 { try? await group.shutdownGracefully() }
  }

  private func bootstrap(
    _ group: MultiThreadedEventLoopGroup, _ turns: [ObjectIdentifier: LoopTurns]
  ) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptPause(log: self.log))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let loop = channel.eventLoop
          try self.open(channel, try Peer.of(channel), turns[ObjectIdentifier(loop)] ?? LoopTurns(loop))
        }
      }
  }

  /// Closes the connections of a loop that are idle, do not read their answers, or do not finish a call, and tells what was
  /// left out of the log. It runs once a second.
  private func look(on loop: any EventLoop) {
    let limits = limits
    connections.room.look(limits)
    log.settle()
    for control in connections.open {
      do {
        switch try control.look(limits, on: loop) {
        case nil: break
        case .idle: log.logger.debug("idle connection closed", metadata: ["uid": "\(control.uid)"])
        case .unread:
          log.note(
            .notice, "an answer was not read, connection closed", uid: control.uid,
            ["seconds": "\(limits.unreadSeconds)"])
        }
      } catch {
        log.note(.error, "a connection cannot be looked at", uid: control.uid, ["error": "\(error)"])
      }
    }
  }

  /// Admits or refuses a new connection. It runs on the connection's event loop, before anything is read.
  private func open(_ channel: any Channel, _ peer: Peer, _ turns: LoopTurns) throws {
    let limits = limits
    // Each reads when it can take something.
    try channel.syncOptions?.setOption(.autoRead, value: false)
    let isExempt = limits.exemptUsers.contains(peer.uid)
    let delay = isExempt ? .zero : connections.arrivals.take(of: peer.uid, perSecond: limits.connectionsPerSecond)
    guard let delay else {
      // To tell him would take longer than what he does.
      log.note(.warning, "connections come too fast, closing new ones", uid: peer.uid, [:])
      core.service.refused(core.errors.tooManyConnections, nil)
      throw Connections.Refusal.tooOften
    }
    let control = ConnectionControl(channel: channel, uid: peer.uid)
    do { try connections.admit(control, limits) } catch {
      guard case .tooMany(let limit, let perUser) = error else { throw error }
      let message = perUser ? "too many connections of one user" : "too many connections"
      log.note(.warning, "\(message), closing new ones", uid: peer.uid, ["limit": "\(limit)"])
      core.service.refused(core.errors.tooManyConnections, nil)
      return try channel.pipeline.syncOperations.addHandler(
        RefusalHandler(core.errors.tooManyConnections(limit: limit, perUser: perUser)))
    }
    let handler = ConnectionHandler(core, peer, control, turns, delay: delay, limits)
    do {
      try channel.syncOptions?.setOption(
        .writeBufferWaterMark, value: .init(low: limits.unreadBytes / 2, high: limits.unreadBytes))
      try channel.pipeline.syncOperations.addHandler(handler)
      control.bind(handler)
    } catch {
      turns.leave(peer.uid)
      connections.remove(control)
      throw error
    }
  }
}
