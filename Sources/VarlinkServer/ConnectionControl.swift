import NIOCore
import Synchronization

/// One open connection as seen from outside its loop.
final class ConnectionControl: Sendable {
  let uid: UInt32
  let channel: any Channel
  /// Whether its user had as many already as one gets for whom nothing is done. Set when it is admitted.
  var isMoreThanAStrangerMay: Bool {
    get { many.load(ordering: .relaxed) }
    set { many.store(newValue, ordering: .relaxed) }
  }
  private let many = Atomic(false)
  /// Bytes that have come and are not answered; changed by `Connections`, which sums them up.
  let waiting = Atomic<Int>(0)
  private let bound: NIOLoopBoundBox<ConnectionHandler?>

  /// Call it on the channel's event loop.
  init(channel: any Channel, uid: UInt32) {
    self.channel = channel
    self.uid = uid
    bound = NIOLoopBoundBox(nil, eventLoop: channel.eventLoop)
  }

  /// What serves the connection; nil when that is over. Call it on the channel's event loop.
  var handler: ConnectionHandler? { bound.value }

  /// - Parameter handler: nil when the connection is over.
  func bind(_ handler: ConnectionHandler?) { bound.value = handler }

  /// Closes the connection when it is idle or its answers are not read, and returns which. Nil when it is in order, is
  /// closed already, or belongs to another loop.
  func look(_ limits: ServerLimits, on loop: any EventLoop) throws -> ConnectionPace.Overdue? {
    guard loop === channel.eventLoop, channel.isActive, let options = channel.syncOptions else { return nil }
    return handler?.look(limits, unread: try options.getOption(.bufferedWritableBytes))
  }

  /// Sends what is more than a call's one answer. Returns when the kernel has taken all of it; throws when the connection
  /// is closed before that.
  func send(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes) }

  /// Ends the streams and takes no further calls; those received are still answered, but for what came behind a stream.
  func drain() { channel.eventLoop.execute { self.handler?.drain() } }

  /// Ends the connection and what is under way for it.
  func abort() { channel.eventLoop.execute { self.handler?.abort() } }
}
