import Glibc

/// Where a server listens.
public enum ListeningSocket: Hashable, Sendable {
  /// The server makes the socket with these permissions, and its directory (0700) when that is missing. It keeps
  /// `PATH.lock` locked while it runs.
  case path(String, mode: UInt32 = 0o660)
  /// Handed over by a service manager, already listening; the server closes it when it ends.
  case inherited(Int32)

  /// The sockets that systemd handed over, by name (sd_listen_fds_with_names(3)); empty when it handed over none to
  /// this process.
  ///
  /// Every descriptor gets FD_CLOEXEC. Of several with one name the first is kept and the others are closed.
  /// - Parameter environment: `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES`.
  public static func inheritedFromSystemd(_ environment: [String: String]) -> [String: Int32] {
    inheritedFromSystemd(environment, firstDescriptor: 3)
  }

  static func inheritedFromSystemd(
    _ environment: [String: String], firstDescriptor: Int32
  ) -> [String: Int32] {
    guard let pid = environment["LISTEN_PID"].flatMap({ Int32($0) }), pid == getpid(),
      let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0, count < 1024
    else { return [:] }
    let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
    var sockets: [String: Int32] = [:]
    for index in 0..<count {
      let descriptor = firstDescriptor + index
      guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { continue }
      let given = Int(index) < names.count ? String(names[Int(index)]) : ""
      let name = given.isEmpty ? "unknown" : given
      if sockets[name] == nil { sockets[name] = descriptor } else { close(descriptor) }
    }
    return sockets
  }
}

/// A socket that listens, and what has to be given back when it no longer does.
struct Listener {
  let descriptor: Int32
  private let file: SocketFile?

  init(opening socket: ListeningSocket) throws(ListenError) {
    switch socket {
    case .path(let path, let mode):
      let file = try SocketFile(path: path, mode: mode)
      descriptor = file.descriptor
      self.file = file
    case .inherited(let descriptor):
      guard Self.option(SO_DOMAIN, of: descriptor) == AF_UNIX, Self.option(SO_ACCEPTCONN, of: descriptor) == 1,
        Self.option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
      else { throw .notListening(descriptor: descriptor) }
      self.descriptor = descriptor
      file = nil
    }
  }

  /// Sets how many connections the kernel keeps until they are accepted; at most as many as `net.core.somaxconn` allows.
  func listen(backlog: Int) throws(ListenError) {
    guard Glibc.listen(descriptor, Int32(clamping: backlog)) == 0 else {
      throw .system(operation: "listen", path: "descriptor \(descriptor)", errno: errno)
    }
  }

  /// Removes the socket's file and gives its lock up. Call it after the descriptor was closed.
  func release() { file?.release() }

  private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
  }
}
