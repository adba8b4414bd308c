import NIOCore
import Varlink

enum InboundFrame: Sendable {
  case frame([UInt8])
  /// Nothing follows it.
  case tooLong(FrameSplitter.TooLong)
}

/// Turns bytes into frames; past a frame that is too long it reads nothing more.
final class FrameHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = InboundFrame
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var splitter: FrameSplitter
  private var hasFailed = false

  init(limit: Int) {
    splitter = FrameSplitter(limit: limit)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if hasFailed { return }
    var failure: FrameSplitter.TooLong?
    let bytes = unwrapInboundIn(data)
    do { try splitter.append(bytes.readableBytesUInt8Span) } catch { failure = error }
    while let frame = splitter.next() {
      context.fireChannelRead(wrapInboundOut(.frame(frame)))
    }
    if let failure {
      hasFailed = true
      context.fireChannelRead(wrapInboundOut(.tooLong(failure)))
    }
  }

  func read(context: ChannelHandlerContext) {
    if !hasFailed { context.read() }
  }
}
