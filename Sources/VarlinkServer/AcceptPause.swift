import Logging
import NIOCore

/// Pauses accepting for a second after an accept failed, for example because the process has no file descriptor left.
///
/// NIO's `AcceptBackoffHandler` delays the next read, but a failed accept leaves the pending one registered with the
/// selector, which then reports the waiting connection without end. Turning `autoRead` off unregisters it.
final class AcceptPause: ChannelInboundHandler {
  typealias InboundIn = Channel

  private let log: PacedLog

  init(log: PacedLog) {
    self.log = log
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    log.note(.error, "cannot accept connections, trying again every second", uid: nil, ["error": "\(error)"])
    let channel = context.channel
    channel.setOption(.autoRead, value: false).whenComplete { _ in
      channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.setOption(.autoRead, value: true) }
    }
  }
}
