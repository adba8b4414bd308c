import Logging
import NIOCore
import Varlink

/// One connection on its event loop: a call, its answer, the next call. The next call is not looked at before the answer is
/// written. So replies stay in order, and a client that does not read its answers is not read from either.
///
/// It takes calls in and says when one is next; `ConnectionAnswers` has what becomes of it. Each call is a turn of its
/// user's (`LoopTurns`). Nothing here waits and no task belongs to a connection: what answers later gives it another turn.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let core: ServerCore
  let peer: Peer
  let control: ConnectionControl
  let executor: LoopExecutor
  private let turns: LoopTurns
  /// How long nothing is done for the connection at first, because its user connects too often.
  private let delay: Duration
  /// How many calls are taken in while another is answered.
  private let room: Int
  private let turn: LoopTurns.Job
  /// Takes what makes the answer of the call under way, on any thread.
  let completion: Completion

  var context: ChannelHandlerContext?
  private var intake: FrameIntake
  private var pace = ConnectionPace()
  private var hasBegun = false
  private var isReading = false
  private var isQueued = false
  /// Whether the client can still be told something.
  private(set) var isActive = true
  /// Whether nothing more will come.
  private var hasInputEnded = false
  /// Whether streams have no place any more.
  private(set) var hasEnded = false
  /// Whether no further call is answered.
  private(set) var isOver = false
  private var isClosed = false
  private var hasLeft = false
  /// How many calls have been answered, and how many bytes of answers were given to the channel.
  private var answered = 0
  var written = 0

  /// Whether a call is under way; at first, whether it is not known yet that there may be one.
  private var isBusy = true
  private var frameBytes = 0
  var underWay = CallUnderWay()

  /// Call it on the channel's event loop.
  init(
    _ core: ServerCore, _ peer: Peer, _ control: ConnectionControl, _ turns: LoopTurns, delay: Duration,
    _ limits: ServerLimits
  ) {
    self.core = core
    self.peer = peer
    self.control = control
    self.turns = turns
    self.delay = delay
    let executor = turns.join(peer.uid)
    self.executor = executor
    room = max(2, limits.pipelinedCalls)
    intake = FrameIntake(limit: limits.frameBytes)
    turn = { control.handler?.takeTurn() }
    completion = { make in executor.add { control.handler?.complete(make()) } }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.channel.closeFuture.whenComplete { _ in handler.value.close() }
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    context.fireChannelActive()
    hasBegun = true
    pause(delay) { $0.admit() }
    goOn()
  }

  // MARK: Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isOver || intake.violation != nil { return }
    let bytes = unwrapInboundIn(data)
    guard core.connections.take(bytes.readableBytes, for: control, core.limits) else {
      return intake.fail(ProtocolViolation(reason: "too many bytes of this user's calls wait", offset: 0))
    }
    intake.add(bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    goOn()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    hasInputEnded = true
    goOn()
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    core.log.logger.debug("connection lost", metadata: ["uid": "\(peer.uid)", "error": "\(error)"])
    context.close(promise: nil)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { writeHeld() }
    context.fireChannelWritabilityChanged()
  }

  /// What others than this handler send.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    written += unwrapOutboundIn(data).readableBytes
    context.write(data, promise: promise)
  }

  // MARK: One call after the other

  /// Takes in what there is room for, and asks for a turn when there is something to do.
  private func goOn() {
    if isOver { return }
    intake.cut(room)
    if !isReading, isActive, !hasInputEnded, intake.wantsMore(room) {
      isReading = true
      context?.read()
    }
    if isBusy || isQueued || !(intake.isWaiting || hasInputEnded) { return }
    isQueued = true
    executor.add(turn)
  }

  private func takeTurn() {
    isQueued = false
    if isOver || isBusy { return }
    isBusy = true
    if let frame = intake.take() {
      frameBytes = frame.count + 1
      answer(frame)
    } else if let violation = intake.violation {
      refuse(violation)
    } else {
      end()
    }
  }

  /// The first call may be looked at.
  func start() {
    isBusy = false
    if isOver { return letGo() }
    goOn()
  }

  /// A call is answered, and the next may follow.
  func finishCall() {
    answered += 1
    core.connections.release(frameBytes, of: control)
    letGoOfCall()
    if isOver { return letGo() }
    goOn()
  }

  private func letGoOfCall() {
    if underWay.isStream { core.connections.endStream(of: peer.uid) }
    underWay = CallUnderWay()
    frameBytes = 0
    isBusy = false
  }

  // MARK: The end

  /// Answers no further call, and closes the connection when all that was said is sent.
  func end() {
    letGoOfCall()
    if isOver { return letGo() }
    isOver = true
    guard isActive, let context else { return letGo() }
    // Closing now would drop replies that are not sent yet; this empty write completes after all of them.
    let sent = context.writeAndFlush(wrapOutboundOut(ByteBuffer()))
    sent.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
  }

  /// Ends the streams and takes no further calls; those received are still answered, but for what came behind a stream.
  func drain() {
    endStreams()
    control.channel.close(mode: .input, promise: nil)
  }

  /// Ends all at once: the call under way is cancelled.
  func abort() {
    endStreams()
    underWay.task?.cancel()
    isOver = true
    control.channel.close(promise: nil)
  }

  private func endStreams() {
    hasEnded = true
    if underWay.need == .stream { underWay.task?.cancel() }
    endPause()
  }

  /// The client is gone. What nobody needs without him ends. Calls that came whole are still
  /// done, up to the first whose answer finds nobody.
  private func leave() {
    if !isActive { return }
    isActive = false
    hasInputEnded = true
    if underWay.need != .nobody { underWay.task?.cancel() }
    endStreams()
    if underWay.held != nil { end() }
    goOn()
  }

  private func close() {
    leave()
    isClosed = true
    // What was closed before it was open has nothing under way.
    if !hasBegun { (isOver, isBusy) = (true, false) }
    letGo()
  }

  /// The connection counts until it is closed and nothing of it is under way: a channel must not outlive its loop.
  private func letGo() {
    guard isOver, isClosed, !isBusy, !hasLeft else { return }
    hasLeft = true
    turns.leave(peer.uid)
    core.connections.remove(control)
    control.bind(nil)
  }

  // MARK: Once a second

  /// Looks once a second.
  ///
  /// - Parameter unread: how many bytes of answers the kernel has not taken yet.
  /// - Returns: why the connection is closed without an error; nil when it is not.
  func look(_ limits: ServerLimits, unread: Int) -> ConnectionPace.Overdue? {
    if isOver && isClosed { return nil }
    let (overdue, isFrameLate) = pace.take(
      .init(
        calls: intake.count, isQuiet: !intake.isMidFrame && intake.count <= answered,
        isMidFrame: intake.isMidFrame && isReading, sent: written - unread, unread: unread),
      limits)
    if overdue != nil {
      abort()
    } else if isFrameLate, intake.violation == nil {
      let reason = "the frame was not finished within \(limits.frameSeconds) s"
      intake.fail(ProtocolViolation(reason: reason, offset: intake.unfinishedBytes))
      goOn()
    }
    return overdue
  }
}
