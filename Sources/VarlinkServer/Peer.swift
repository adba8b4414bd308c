import Glibc
import NIOCore
import Synchronization

/// The process at the other end, as the kernel recorded it when it connected (`SO_PEERCRED`, unix(7)).
public struct Peer: Sendable, Hashable {
  public let uid: UInt32
  public let gid: UInt32
  /// The supplementary groups; `gid` may be among them.
  public let groups: [UInt32]
  public let pid: Int32
  /// What is remembered of the connection.
  public let session = PeerSession()

  public init(uid: UInt32, gid: UInt32, groups: [UInt32] = [], pid: Int32) {
    self.uid = uid
    self.gid = gid
    self.groups = groups
    self.pid = pid
  }

  /// Whether the kernel recorded the same of both; the sessions do not count.
  public static func == (one: Peer, other: Peer) -> Bool {
    one.uid == other.uid && one.gid == other.gid && one.groups == other.groups && one.pid == other.pid
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(uid)
    hasher.combine(pid)
  }
}

/// What is to be remembered of a connection for as long as it lasts.
public final class PeerSession: Sendable {
  /// When the connection began.
  public let begunAt = ContinuousClock.now
  private let account = Mutex<String?>(nil)

  /// Whether the connection belongs to the account of that name. The first account that is asked about becomes its
  /// owner.
  public func isOf(_ name: String) -> Bool {
    account.withLock { account in
      if account == nil { account = name }
      return account == name
    }
  }
}

extension Peer {
  /// `struct ucred`, which Glibc does not export: the kernel writes these twelve bytes.
  private struct Credentials {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0
  }

  /// `SO_PEERGROUPS`, which Glibc does not export either (Linux 4.13).
  private static let peerGroups: Int32 = 59

  /// The peer of a channel. Call it on the channel's event loop.
  static func of(_ channel: any Channel) throws -> Peer {
    let peer = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      try Peer(descriptor: $0)
    }
    guard let peer else { throw ChannelError.operationUnsupported }
    return peer
  }

  private init(descriptor: Int32) throws {
    var credentials = Credentials()
    var size = socklen_t(MemoryLayout<Credentials>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else {
      throw IOError(errnoCode: errno, reason: "SO_PEERCRED")
    }
    self.init(
      uid: credentials.uid, gid: credentials.gid, groups: try Self.groups(of: descriptor), pid: credentials.pid)
  }

  private static func groups(of descriptor: Int32) throws -> [UInt32] {
    let one = MemoryLayout<UInt32>.size
    var groups = [UInt32](repeating: 0, count: 32)
    var size = socklen_t(groups.count * one)
    while getsockopt(descriptor, SOL_SOCKET, peerGroups, &groups, &size) != 0 {
      // The kernel has said how many bytes it needs.
      guard errno == ERANGE, Int(size) > groups.count * one else {
        throw IOError(errnoCode: errno, reason: "SO_PEERGROUPS")
      }
      groups = [UInt32](repeating: 0, count: Int(size) / one)
    }
    return Array(groups.prefix(Int(size) / one))
  }
}
