import NIOCore
import Varlink

enum InboundFrame: Sendable {
  case frame([UInt8])
  /// The bytes that the loop had not read yet when the client hung up; nothing follows.
  case rest(FrameCutter)
  /// The client broke the protocol or a limit; nothing follows.
  case violation(ProtocolViolation)
}

/// Bytes as they came, cut into frames one at a time.
struct FrameCutter: Sendable {
  private(set) var splitter: FrameSplitter
  var waiting = ByteBuffer()

  init(limit: Int) {
    splitter = FrameSplitter(limit: limit)
  }

  /// The next whole frame; nil when the bytes so far have none. Throws when a frame is longer than the limit.
  mutating func next() throws(ProtocolViolation) -> [UInt8]? {
    // The buffer is let go as soon as it is empty: a connection that waits for its next call holds none.
    defer { if waiting.readableBytes == 0 { waiting = ByteBuffer() } }
    while waiting.readableBytes > 0 {
      let view = waiting.readableBytesView
      let length = view.firstIndex(of: 0).map { $0 - view.startIndex + 1 } ?? view.count
      guard let piece = waiting.readSlice(length: length) else { return nil }
      do { try splitter.append(piece.readableBytesUInt8Span) } catch {
        throw ProtocolViolation(reason: "the frame is too long", offset: error.limit)
      }
      if let frame = splitter.next() { return frame }
    }
    return nil
  }
}

/// Cuts inbound bytes into frames, one for each read of the loop. What the loop has not asked for stays as bytes,
/// because small frames take many times the room of their bytes. After a violation nothing more is read.
///
/// It counts frames and bytes, so that one look a second finds connections that are held without use, and no call has
/// to read the clock.
final class FrameHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = InboundFrame
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Why a connection is closed without an error: nobody would read one.
  enum Overdue { case idle, unread }

  private enum Input { case open, ended, told }

  /// What the last look counted, and for how many looks in a row each fault has lasted.
  private struct Pace {
    var frames = 0
    var sent = 0
    var frameSeconds = 0
    var unreadSeconds = 0
    var idleSeconds = 0
  }

  /// Asks whether the user may have so many more bytes waiting; set by the server.
  var take: ((Int) -> Bool)?

  private var context: ChannelHandlerContext?
  private var cutter: FrameCutter
  private var hasFailed = false
  private var input = Input.open
  private var isReading = false
  private var frames = 0
  private var written = 0
  private var pace = Pace()

  init(limit: Int) {
    cutter = FrameCutter(limit: limit)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    take = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if hasFailed { return }
    isReading = false
    var bytes = unwrapInboundIn(data)
    guard take?(bytes.readableBytes) ?? true else {
      return fail(ProtocolViolation(reason: "too many bytes of this user's calls wait", offset: 0), context)
    }
    if cutter.waiting.readableBytes == 0 { cutter.waiting = bytes } else { cutter.waiting.writeBuffer(&bytes) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    _ = passOne(context)
    context.fireChannelReadComplete()
  }

  /// Called when the loop can take one more frame.
  func read(context: ChannelHandlerContext) {
    if hasFailed { return }
    if passOne(context) {
      context.fireChannelReadComplete()
      context.pipeline.read()
    } else if input == .open {
      isReading = true
      context.read()
    } else if input == .ended {
      input = .told
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    // The loop is told of the end of the input only after it has read everything before.
    input = .ended
    context.pipeline.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    // The loop can read nothing more from a closed channel, but whole calls that came before must still be answered.
    if !hasFailed, cutter.waiting.readableBytes > 0 {
      context.fireChannelRead(wrapInboundOut(.rest(cutter)))
      context.fireChannelReadComplete()
    }
    context.fireChannelInactive()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    written += unwrapOutboundIn(data).readableBytes
    context.write(data, promise: promise)
  }

  /// Whether there was a whole frame, or a violation, to pass on.
  private func passOne(_ context: ChannelHandlerContext) -> Bool {
    if hasFailed { return false }
    do {
      guard let frame = try cutter.next() else { return false }
      frames += 1
      context.fireChannelRead(wrapInboundOut(.frame(frame)))
    } catch {
      fail(error, context)
    }
    return true
  }

  private func fail(_ violation: ProtocolViolation, _ context: ChannelHandlerContext) {
    hasFailed = true
    cutter.waiting = ByteBuffer()
    context.fireChannelRead(wrapInboundOut(.violation(violation)))
  }

  /// Whether there are more frames, or bytes of some, than so many.
  func hasMore(than answered: Int) -> Bool { frames > answered || cutter.waiting.readableBytes > 0 }

  /// Looks once a second. Looks are counted and not time, so that a delay of the server itself is not held against the
  /// client. Returns why the connection is to be closed without an error; nil when it is not.
  /// - Parameters:
  ///   - answered: how many frames have been answered.
  ///   - unread: how many bytes of answers the kernel has not taken yet.
  func look(_ limits: ServerLimits, answered: Int, unread: Int) -> Overdue? {
    let isSame = frames == pace.frames
    let sent = written - unread
    // While the loop asks for nothing, nothing is read, and the sender is not to blame.
    pace.frameSeconds = cutter.splitter.isMidFrame && isReading && isSame ? pace.frameSeconds + 1 : 0
    pace.unreadSeconds = unread > 0 && sent == pace.sent ? pace.unreadSeconds + 1 : 0
    let isIdle = isSame && !cutter.splitter.isMidFrame && unread == 0 && frames <= answered
    pace.idleSeconds = isIdle ? pace.idleSeconds + 1 : 0
    (pace.frames, pace.sent) = (frames, sent)
    if pace.unreadSeconds >= limits.unreadSeconds { return .unread }
    if pace.idleSeconds >= limits.idleSeconds { return .idle }
    if pace.frameSeconds >= limits.frameSeconds, !hasFailed, let context {
      let reason = "the frame was not finished within \(limits.frameSeconds) s"
      fail(ProtocolViolation(reason: reason, offset: cutter.splitter.unfinishedBytes), context)
      context.fireChannelReadComplete()
    }
    return nil
  }
}
