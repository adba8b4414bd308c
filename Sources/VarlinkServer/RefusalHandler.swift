import NIOCore
import Varlink

/// Sends a new connection the error that there is no place for it, and closes it.
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
