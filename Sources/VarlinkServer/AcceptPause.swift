import Glibc
import Logging
import NIOCore

/// Pauses accepting while the process has hardly a descriptor left, and for a second after an accept failed.
///
/// The last descriptors are for those who are served already, and for the run-time library: libdispatch counts its threads in
/// `/proc` once a second, and ends the process when it cannot open that.
///
/// NIO's `AcceptBackoffHandler` delays the next read, but a failed accept leaves the pending one registered with the
/// selector, which then reports the waiting connection without end. Turning `autoRead` off unregisters it.
final class AcceptPause: ChannelInboundHandler {
  typealias InboundIn = Channel
  typealias InboundOut = Channel

  /// How many descriptors connections leave free. NIO accepts four before it is told to pause.
  private static let reserved = 16

  private let log: PacedLog
  private var isPaused = false

  init(log: PacedLog) {
    self.log = log
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.fireChannelRead(data)
    if !Self.hasRoom { pause(context, "the last \(Self.reserved) descriptors are not for connections") }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { pause(context, "\(error)") }

  private func pause(_ context: ChannelHandlerContext, _ reason: String) {
    if isPaused { return }
    isPaused = true
    log.note(.error, "cannot accept connections, trying again every second", uid: nil, ["error": "\(reason)"])
    let channel = context.channel
    channel.setOption(.autoRead, value: false).assumeIsolated().whenComplete { _ in self.goOn(channel) }
  }

  /// Accepts again as soon as there is room.
  private func goOn(_ channel: any Channel) {
    channel.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
      guard Self.hasRoom else { return self.goOn(channel) }
      self.isPaused = false
      channel.setOption(.autoRead, value: true).whenComplete { _ in }
    }
  }

  /// Whether the lowest descriptor that is free is not one of the last.
  private static var hasRoom: Bool {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return true }
    let lowest = open("/", O_RDONLY | O_CLOEXEC)
    guard lowest >= 0 else { return false }
    close(lowest)
    return rlim_t(lowest) + rlim_t(reserved) < limit.rlim_cur
  }
}
