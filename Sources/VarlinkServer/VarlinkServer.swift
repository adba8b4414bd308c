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

  private let dispatcher: Dispatcher
  private let protocolErrorName: String
  private let service: any VarlinkService
  private let limits: ServerLimits
  private let logger: Logger
  private let connections: Connections
  private let phase = Mutex(Phase.new)

  /// - Parameters:
  ///   - interfaces: what the service answers; `org.varlink.service` is added. Of two with one name the first counts.
  ///   - protocolErrorName: the qualified name of the error that a client gets, with `reason` and `offset`, before its
  ///     connection is closed for a frame that is no call.
  ///   - count: kept at the number of open connections.
  public init(
    info: ServiceInfo, interfaces: [InterfaceDescription], protocolErrorName: String,
    service: any VarlinkService, limits: ServerLimits = ServerLimits(), count: ConnectionCount = ConnectionCount(),
    logger: Logger
  ) {
    dispatcher = Dispatcher(info: info, interfaces: interfaces)
    self.protocolErrorName = protocolErrorName
    self.service = service
    self.limits = limits
    self.logger = logger
    connections = Connections(limit: limits.connections, counted: count)
  }

  /// Serves until the task is cancelled or `shutdown()` is called.
  ///
  /// Then it accepts nothing more, ends the streams, lets calls under way finish within `graceSeconds`, cancels those
  /// that do not, and removes the socket that it made.
  /// - Parameter onReady: called once, when connections are accepted; if it throws, the server stops and throws that.
  /// - Throws: `ListenError`, or what accepting failed with for good.
  public func run(
    listening socket: ListeningSocket, onReady: @Sendable () async throws -> Void = {}
  ) async throws {
    try begin()
    let listener = try Listener(opening: socket)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: limits.eventLoopThreads)
    var failure: (any Error)?
    do {
      let channel = try await bootstrap(group).withBoundSocket(listener.descriptor).get()
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
      logger.warning("calls still under way are cancelled", metadata: ["connections": "\(connections.count)"])
      connections.abort()
      await connections.waitUntilEmpty(atMost: .seconds(1), on: loop)
    }
    // A call that ignores its cancellation still holds its channel, and a channel must not outlive its loop.
    if connections.count == 0 { try? await group.shutdownGracefully() }
  }

  private func bootstrap(_ group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Int32(clamping: limits.backlog))
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: self.logger))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.open(channel, try Peer.of(channel)) }
      }
  }

  /// On the connection's event loop, before it reads.
  private func open(_ channel: any Channel, _ peer: Peer) throws {
    let control: ConnectionControl
    do { control = try connections.admit(channel) } catch {
      if case .full(isFirst: true) = error {
        logger.warning(
          "too many connections, closing new ones",
          metadata: ["limit": "\(limits.connections)", "uid": "\(peer.uid)"])
      }
      throw error
    }
    let wrapped: NIOAsyncChannel<InboundFrame, ByteBuffer>
    do {
      try channel.pipeline.syncOperations.addHandler(FrameHandler(limit: limits.frameBytes))
      wrapped = try NIOAsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4)))
    } catch {
      connections.remove(control)
      throw error
    }
    let executor = LoopExecutor(channel.eventLoop)
    let loop = ConnectionLoop(
      peer: peer, dispatcher: dispatcher, service: service, protocolErrorName: protocolErrorName,
      control: control, executor: executor, logger: logger)
    control.attach(
      loop: Task(executorPreference: executor) { [connections] in
        await loop.run(wrapped)
        connections.remove(control)
      })
  }
}
