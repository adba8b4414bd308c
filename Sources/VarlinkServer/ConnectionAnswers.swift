import Logging
import NIOCore
import Varlink

/// What becomes of a call: judged, answered at once where that can be, else by whoever completes it.
extension ConnectionHandler {
  // MARK: Before the first call

  /// Who may do nothing needs few connections to be told so.
  func admit() {
    guard control.isMoreThanAStrangerMay else { return start() }
    underWay.task = Task(executorPreference: executor) { [core, peer, executor, control] in
      let isServed = await core.service.serves(peer)
      executor.add { control.handler?.admit(isServed) }
    }
  }

  private func admit(_ isServed: Bool) {
    underWay.task = nil
    if isServed || isOver { return start() }
    let limits = core.limits
    let limit = limits.connectionsPerStranger
    core.service.refused(core.errors.tooManyConnections, nil)
    core.log.note(
      .warning, "too many connections of a stranger, closing new ones", uid: peer.uid, ["limit": "\(limit)"])
    _ = core.connections.arrivals.take(
      of: peer.uid, perSecond: limits.connectionsPerSecond, times: Self.arrivalsOfStranger)
    write(ByteBuffer(Reply(core.errors.tooManyConnections(limit: limit, perUser: true))), isLast: true)
  }

  /// For so many connections counts one of somebody for whom nothing is done, when it is one too many.
  private static var arrivalsOfStranger: Int { 16 }

  // MARK: A call

  func answer(_ frame: [UInt8]) {
    switch core.dispatcher.judge(frame, for: core.service) {
    case .violation(let violation): refuse(violation)
    case .answered(let answer, let call):
      underWay = CallUnderWay(call)
      if case .failure(let error) = answer { core.service.refused(error.name, call) }
      send(answer)
    case .forService(let prepared, let call):
      underWay = CallUnderWay(call)
      guard !call.more || beginStream(call) else { return }
      switch prepared(peer, completion) {
      case .now(let answer): send(answer)
      case .begun: break
      case .waiting(let make): run(for: .nobody) { .answer(await make()) }
      }
    }
  }

  /// A call that may be answered by a stream takes one of its user's places for streams before the service begins with
  /// it.
  private func beginStream(_ call: Call) -> Bool {
    let limits = core.limits
    underWay.isStream = core.connections.beginStream(of: peer.uid, limits)
    if underWay.isStream { return true }
    let error = core.errors.tooManyStreams(limit: limits.streamsPerUser)
    core.service.refused(error.name, call)
    core.log.note(.warning, "too many streams", uid: peer.uid, ["limit": "\(limits.streamsPerUser)"])
    send(.failure(error))
    return false
  }

  func complete(_ answer: Answer) { isOver ? finishCall() : send(answer) }

  private func send(_ answer: Answer) {
    switch answer {
    case .failure(let error):
      waitBeforeRefusal { $0.underWay.oneway ? $0.finishCall() : $0.write(ByteBuffer(Reply(error))) }
    case _ where underWay.oneway: finishCall()
    case .reply(let json): write(ByteBuffer(answer: json))
    case .later(let make): run(for: .asker) { .answer(.reply(try await make())) }
    case .stream where !underWay.more: write(ByteBuffer(Reply(.expectedMore)))
    case .stream(let pages):
      let sending = PageSending(core: core, control: control)
      run(for: .stream) { try await sending.send(pages) }
    }
  }

  func refuse(_ violation: ProtocolViolation) {
    core.service.refused(core.errors.protocolViolation, nil)
    core.log.note(
      .notice, "protocol violation, connection closed", uid: peer.uid,
      ["reason": "\(violation.reason)", "offset": "\(violation.offset)"])
    write(ByteBuffer(Reply(core.errors.protocolViolation(violation))), isLast: true)
  }

  // MARK: What waits

  /// Has a task of its own make what waits for others or takes long.
  private func run(for need: CallUnderWay.Need, _ body: @escaping @Sendable () async throws -> TaskEnd) {
    underWay.need = need
    let (method, uid) = (underWay.method, peer.uid)
    let task = Task(executorPreference: executor) { [core, executor, control] in
      let end: TaskEnd
      do { end = try await body() } catch {
        end = core.end(for: error, of: method, uid)
      }
      executor.add { control.handler?.take(end) }
    }
    underWay.task = task
    let isUnneeded =
      switch need {
      case .nobody: false
      case .asker: !isActive
      case .stream: hasEnded
      }
    if isUnneeded { task.cancel() }
  }

  private func take(_ end: TaskEnd) {
    underWay.task = nil
    underWay.need = .nobody
    if isOver { return finishCall() }
    switch end {
    case .answer(let answer): send(answer)
    case .sent: finishCall()
    case .broken: self.end()
    }
  }

  /// Who asks again and again for what he is refused is told so later, and his next call is looked at when he is told.
  private func waitBeforeRefusal(_ then: @escaping (ConnectionHandler) -> Void) {
    let limits = core.limits
    if limits.exemptUsers.contains(peer.uid) { return then(self) }
    let wait = core.connections.refusals.take(of: peer.uid, perSecond: limits.refusalsPerSecond) ?? UserPace.waitMax
    pause(wait, then)
  }

  /// Waits so long, or until the connection ends or the server stops. Nothing is read meanwhile but what `pipelinedCalls`
  /// lets in.
  func pause(_ time: Duration, _ then: @escaping (ConnectionHandler) -> Void) {
    guard time > .zero, !hasEnded, let context else { return then(self) }
    let timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { self.endPause() }
    underWay.pause = (timer, then)
  }

  func endPause() {
    guard let (timer, then) = underWay.pause else { return }
    underWay.pause = nil
    timer.cancel()
    then(self)
  }

  // MARK: Writing

  /// Writes the answer of the call under way, as soon as the client has read enough of those before.
  ///
  /// - Parameter isLast: whether the connection is closed after it.
  private func write(_ bytes: ByteBuffer, isLast: Bool = false) {
    guard isActive, !isOver, let context else { return end() }
    guard context.channel.isWritable else {
      underWay.held = bytes
      underWay.isLast = isLast
      return
    }
    written += bytes.readableBytes
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    isLast ? end() : finishCall()
  }

  func writeHeld() {
    guard let held = underWay.held else { return }
    underWay.held = nil
    write(held, isLast: underWay.isLast)
  }
}

extension ByteBuffer {
  init(_ reply: Reply) { self.init(bytes: VarlinkFrame.encode(reply)) }

  /// The frame of a reply with these parameters, written without another copy of them: as `Reply(parameters:)` is encoded.
  init(answer json: [UInt8]) {
    let (before, after): (StaticString, StaticString) = ("{\"parameters\":", "}\0")
    self = ByteBufferAllocator().buffer(capacity: before.utf8CodeUnitCount + json.count + after.utf8CodeUnitCount)
    writeStaticString(before)
    writeBytes(json)
    writeStaticString(after)
  }
}
