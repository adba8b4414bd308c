import NIOCore
import Varlink

/// Tells a client that there is no place for it, and closes.
final class RefusalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let error: VarlinkError

  init(_ error: VarlinkError) {
    self.error = error
  }

  func channelActive(context: ChannelHandlerContext) {
    let bytes = ByteBuffer(bytes: VarlinkFrame.encode(Reply(error)))
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { _ in channel.close(promise: nil) }
  }
}
