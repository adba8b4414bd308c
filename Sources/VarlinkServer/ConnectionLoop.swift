import Logging
import NIOCore
import Varlink

/// One connection: a call, its answer, the next call. The next frame is not looked at before the answer is written. So
/// replies stay in order, and a client that does not read its answers is not read from either.
struct ConnectionLoop: Sendable {
  typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

  /// The service's stream ended without a last page: the client must not take what it got for a complete answer.
  struct UnfinishedStream: Error {}

  let peer: Peer
  let dispatcher: Dispatcher
  let service: any VarlinkService
  let errors: ErrorNames
  let limits: @Sendable () -> ServerLimits
  let connections: Connections
  let control: ConnectionControl
  let executor: LoopExecutor
  /// How long nothing is done for the connection at first, because its user connects too often.
  let delay: Duration
  let log: PacedLog

  func run(_ channel: NIOAsyncChannel<InboundFrame, ByteBuffer>) async {
    do {
      try await channel.executeThenClose { inbound, outbound in
        if delay > .zero { await control.wait(delay) }
        if control.isMoreThanAStrangerMay, await !service.serves(peer) { return try await refuseStranger(outbound) }
        for try await item in inbound {
          guard try await take(item, outbound) else { break }
          control.noteAnswer()
          if case .frame(let frame) = item { connections.release(frame.count + 1, of: control) }
          // A call that has come already would be answered in the same turn.
          if control.hasMoreCalls { await Task.yield() }
        }
        // Closing now would drop replies that are not sent yet; this empty write completes after all of them.
        try await control.flush()
      }
    } catch {
      log.logger.debug("connection lost", metadata: ["uid": "\(peer.uid)", "error": "\(error)"])
    }
  }

  /// Answers one item, and returns whether the connection goes on.
  private func take(_ item: InboundFrame, _ outbound: Outbound) async throws -> Bool {
    switch item {
    case .violation(let violation):
      try await refuse(violation, outbound)
      return false
    case .rest(var cutter):
      do {
        while let frame = try cutter.next() {
          guard try await take(.frame(frame), outbound) else { break }
          await Task.yield()
        }
      } catch let violation as ProtocolViolation {
        try await refuse(violation, outbound)
      }
      return false
    case .frame(let frame):
      switch dispatcher.judge(frame, for: service) {
      case .violation(let violation):
        try await refuse(violation, outbound)
        return false
      case .answered(let answer, let call):
        if case .failure(let error) = answer { service.refused(error.name, call) }
        return try await send(answer, to: call, outbound)
      case .forService(let prepared, let call):
        return try await answer(prepared, call, outbound)
      }
    }
  }

  /// A call that may be answered by a stream takes one of its user's places for streams before the service begins with
  /// it.
  private func answer(_ prepared: PreparedCall, _ call: Call, _ outbound: Outbound) async throws -> Bool {
    guard call.more else { return try await send(await prepared(peer), to: call, outbound) }
    let limits = limits()
    guard connections.beginStream(of: peer.uid, limits) else {
      let error = errors.tooManyStreams(limit: limits.streamsPerUser)
      service.refused(error.name, call)
      log.note(.warning, "too many streams", uid: peer.uid, ["limit": "\(limits.streamsPerUser)"])
      return try await send(.failure(error), to: call, outbound)
    }
    defer { connections.endStream(of: peer.uid) }
    return try await send(await prepared(peer), to: call, outbound)
  }

  /// Who asks again and again for what he is refused is told so later, and his next call is looked at when he is told.
  private func waitBeforeRefusal() async {
    let limits = limits()
    if limits.exemptUsers.contains(peer.uid) { return }
    let wait = connections.refusals.take(of: peer.uid, perSecond: limits.refusalsPerSecond) ?? UserPace.waitMax
    if wait > .zero { await control.wait(wait) }
  }

  /// For so many connections counts one of somebody for whom nothing is done, when it is one too many.
  private static var arrivalsOfStranger: Int { 16 }

  /// Who may do nothing needs few connections to be told so.
  private func refuseStranger(_ outbound: Outbound) async throws {
    let limits = limits()
    let limit = limits.connectionsPerStranger
    service.refused(errors.tooManyConnections, nil)
    log.note(
      .warning, "too many connections of a stranger, closing new ones", uid: peer.uid, ["limit": "\(limit)"])
    _ = connections.arrivals.take(
      of: peer.uid, perSecond: limits.connectionsPerSecond, times: Self.arrivalsOfStranger)
    try await write(Reply(errors.tooManyConnections(limit: limit, perUser: true)), outbound)
    try await control.flush()
  }

  private func refuse(_ violation: ProtocolViolation, _ outbound: Outbound) async throws {
    service.refused(errors.protocolViolation, nil)
    log.note(
      .notice, "protocol violation, connection closed", uid: peer.uid,
      ["reason": "\(violation.reason)", "offset": "\(violation.offset)"])
    try await write(Reply(errors.protocolViolation(violation)), outbound)
  }

  private func write(_ reply: Reply, _ outbound: Outbound) async throws {
    try await outbound.write(ByteBuffer(bytes: VarlinkFrame.encode(reply)))
  }

  private func send(_ answer: Answer, to call: Call, _ outbound: Outbound) async throws -> Bool {
    if case .failure = answer { await waitBeforeRefusal() }
    if call.oneway { return true }
    switch answer {
    case .reply(let json): try await write(Reply(parameters: json), outbound)
    case .failure(let error): try await write(Reply(error), outbound)
    case .later(let make):
      let task = Task(executorPreference: executor) {
        try await write(Reply(parameters: try await make()), outbound)
      }
      return try await finish(call, outbound) { try await control.run(call: task) }
    case .stream where !call.more: try await write(Reply(.expectedMore), outbound)
    case .stream(let pages): return try await send(pages, of: call, outbound)
    }
    return true
  }

  /// Sends a page and waits until it is taken, so that a stream has one page in memory and no more.
  private func send(_ page: StreamPage) async throws {
    let bytes = ByteBuffer(bytes: VarlinkFrame.encode(Reply(parameters: page.json, continues: !page.isLast)))
    let count = bytes.readableBytes
    connections.room.take(count, of: peer.uid)
    defer { connections.room.free(count, of: peer.uid, limits()) }
    try await control.send(bytes)
  }

  private func send(
    _ pages: any AsyncSequence<StreamPage, any Error> & Sendable, of call: Call, _ outbound: Outbound
  ) async throws -> Bool {
    let stream = Task(executorPreference: executor) {
      try await connections.room.wait(for: peer.uid, limits)
      for try await page in pages {
        try await send(page)
        if page.isLast { return }
        try await connections.room.wait(for: peer.uid, limits)
      }
      try Task.checkCancellation()
      throw UnfinishedStream()
    }
    return try await finish(call, outbound) { try await control.run(stream) }
  }

  /// Ends a call whose answer a task of its own makes, and returns whether the connection goes on.
  private func finish(_ call: Call, _ outbound: Outbound, _ run: () async throws -> Void) async throws -> Bool {
    do {
      try await run()
      return true
    } catch let error as VarlinkError {
      await waitBeforeRefusal()
      try await write(Reply(error), outbound)
      return true
    } catch is CancellationError {
      return false
    } catch  where error is ChannelError || error is IOError || error is NIOAsyncWriterError {
      // The client closed the connection before the end of the answer.
      return false
    } catch {
      log.logger.error(
        "answer broken off, connection closed",
        metadata: ["uid": "\(peer.uid)", "method": "\(call.method)", "error": "\(error)"])
      return false
    }
  }
}
