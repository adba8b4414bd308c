import Glibc
import NIOCore

/// The process at the other end, as the kernel recorded it when it connected.
public struct Peer: Sendable, Hashable {
  public let uid: UInt32
  public let gid: UInt32
  public let pid: Int32

  public init(uid: UInt32, gid: UInt32, pid: Int32) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
  }
}

extension Peer {
  /// `struct ucred`, which Glibc does not export: the kernel writes these twelve bytes.
  private struct Credentials: Sendable {
    let pid: Int32
    let uid: UInt32
    let gid: UInt32
  }

  static func of(_ channel: any Channel) -> EventLoopFuture<Peer> {
    guard let provider = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    let credentials: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    return credentials.map { Peer(uid: $0.uid, gid: $0.gid, pid: $0.pid) }
  }
}
