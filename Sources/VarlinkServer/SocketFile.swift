import Glibc

/// A socket in the file system, with the lock that tells a stale socket from one in use.
struct SocketFile {
  let descriptor: Int32
  private let path: String
  private let lock: Int32
  private let device: dev_t
  private let inode: ino_t

  init(path: String, mode: UInt32) throws(ListenError) {
    var address = sockaddr_un()
    guard !path.isEmpty, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw .pathTooLong(path)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }

    try Self.checkDirectory(of: path)
    let lock = try Self.takeLock(path + ".lock")
    var opened: Int32 = -1
    do throws(ListenError) {
      try Self.removeStale(path, &address)
      opened = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard opened >= 0 else { throw Self.failure("socket", path) }
      // `bind` gives the file the mode of the unbound socket; set before, it is never wider than wanted.
      guard fchmod(opened, mode) == 0 else { throw Self.failure("fchmod", path) }
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(opened, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard bound == 0 else { throw Self.failure("bind", path) }
      guard chmod(path, mode) == 0 else { throw Self.failure("chmod", path) }
      var status = stat()
      guard lstat(path, &status) == 0 else { throw Self.failure("lstat", path) }
      descriptor = opened
      device = status.st_dev
      inode = status.st_ino
    } catch {
      if opened >= 0 { close(opened) }
      close(lock)
      throw error
    }
    self.path = path
    self.lock = lock
  }

  /// Removes the file unless it is no longer the one made here. The lock file stays: removing it would let two
  /// processes hold locks on two files of one name.
  func release() {
    var status = stat()
    if lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode { unlink(path) }
    close(lock)
  }

  private static func failure(_ operation: String, _ path: String) -> ListenError {
    .system(operation: operation, path: path, errno: errno)
  }

  private static func checkDirectory(of path: String) throws(ListenError) {
    let directory: String
    switch path.lastIndex(of: "/") {
    case nil: directory = "."
    case path.startIndex?: directory = "/"
    case let slash?: directory = String(path[..<slash])
    }
    if mkdir(directory, 0o700) != 0, errno != EEXIST { throw failure("mkdir", directory) }
    var status = stat()
    guard lstat(directory, &status) == 0 else { throw failure("lstat", directory) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .unsafeDirectory(directory, .notADirectory)
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw .unsafeDirectory(directory, .belongsTo(uid: status.st_uid))
    }
    guard status.st_mode & 0o022 == 0 else {
      throw .unsafeDirectory(directory, .writableByOthers)
    }
  }

  private static func takeLock(_ path: String) throws(ListenError) -> Int32 {
    let lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw failure("open", path) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(lock)
      if code == EWOULDBLOCK { throw .heldByAnother(String(path.dropLast(".lock".count))) }
      throw .system(operation: "flock", path: path, errno: code)
    }
    return lock
  }

  private static func removeStale(_ path: String, _ address: inout sockaddr_un) throws(ListenError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw failure("lstat", path)
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
    // A service manager that holds the socket takes no lock, and must not be cut off, so the socket itself is asked.
    if isServed(&address) { throw .heldByAnother(path) }
    guard unlink(path) == 0 else { throw failure("unlink", path) }
  }
}

extension SocketFile {
  /// Whether a process accepts connections at the address.
  private static func isServed(_ address: inout sockaddr_un) -> Bool {
    // It connects without waiting. EAGAIN says that the queue is full, so somebody listens.
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard probe >= 0 else { return false }
    defer { close(probe) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return connected == 0 || errno == EAGAIN
  }
}
