import Glibc

/// A directory outside the data directory and its backups, for what must be known when the data directory is lost or
/// put back from an older state: what was signed, what was erased, which backups of keys were handed out.
///
/// Its files are opened relative to it, without following links, because root writes them too and the directory belongs
/// to the daemon's account. A file that root makes in it belongs to whom the directory belongs to.
public struct ApartDirectory: Sendable {
  public let path: String
  private static let bytesMax = 256 << 20
  /// How long another process may hold the lock; what is done under it takes two flushes.
  private static let lockMax = Duration.seconds(20)

  /// - Parameters:
  ///   - path: nil for the place beside the data directory: `DATA-apart`.
  public init(_ path: String?, data: String) {
    // `data/.` is the data directory too, and the place apart must not lie in it.
    var parts = data.split(separator: "/").filter { $0 != "." }
    if parts.isEmpty || parts.last == "..", let real = realpath(data, nil) {
      parts = String(cString: real).split(separator: "/")
      free(real)
      self.path = path ?? "/" + parts.joined(separator: "/") + "-apart"
    } else {
      self.path = path ?? (data.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/") + "-apart"
    }
  }

  /// The path of a file of that name in the directory.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Lends the directory, locked, so that what one process reads and writes back no other has changed meanwhile.
  ///
  /// - Throws: with `EWOULDBLOCK` when another process holds the lock for 20 seconds: the daemon's writer waits here.
  package func locked<R>(_ body: (Int32) throws(FileError) -> R) throws(FileError) -> R {
    let directory = try opened()
    defer { close(directory) }
    let start = ContinuousClock.now
    while flock(directory, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EINTR || errno == EWOULDBLOCK, start.duration(to: .now) < Self.lockMax else {
        throw Files.failure("lock", path)
      }
      usleep(5000)
    }
    return try body(directory)
  }

  /// Opens the directory, and makes it when it is missing.
  func opened() throws(FileError) -> Int32 {
    if let directory = try openedOwn() { return directory }
    try Files.makeDirectories(Files.parent(of: path))
    try Files.makeDirectory(path)
    try Files.sync(Files.parent(of: path))
    let made = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard made >= 0 else { throw Files.failure("open", path) }
    return made
  }

  /// Opens the directory; nil when it is missing. Throws with `EPERM` when neither this account nor root owns it,
  /// because its owner could write anything in it.
  private func openedOwn() throws(FileError) -> Int32? {
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else {
      if errno == ENOENT { return nil }
      throw Files.failure("open", path)
    }
    var status = stat()
    // Root may open any, because it works here for the directory's owner.
    guard fstat(directory, &status) == 0, geteuid() == 0 || [geteuid(), 0].contains(status.st_uid) else {
      close(directory)
      throw FileError(operation: "open", path: path, code: EPERM)
    }
    return directory
  }

  /// The content of a file; nil when there is no such file, or no such directory.
  ///
  /// - Throws: with `EINVAL` for what is no file with a single name, with `EFBIG` for more than 256 MiB.
  public func contents(_ name: String) throws(FileError) -> [UInt8]? {
    guard let directory = try openedOwn() else { return nil }
    defer { close(directory) }
    return try contents(name, in: directory)
  }

  package func contents(_ name: String, in directory: Int32) throws(FileError) -> [UInt8]? {
    let descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Files.failure("open", file(name))
    }
    defer { close(descriptor) }
    try requireFile(descriptor, name)
    var bytes: [UInt8] = []
    while bytes.count <= Self.bytesMax {
      let part = try Files.read(descriptor, count: 65_536, at: bytes.count, file(name))
      if part.isEmpty { return bytes }
      bytes += part
    }
    throw FileError(operation: "read", path: file(name), code: EFBIG)
  }

  /// Replaces the content of a file: after a crash it has the old content or the new one. Durable when it returns.
  package func replace(_ name: String, with bytes: [UInt8], in directory: Int32) throws(FileError) {
    let temporary = name + ".new"
    if unlinkat(directory, temporary, 0) != 0, errno != ENOENT { throw Files.failure("unlink", file(temporary)) }
    let descriptor = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Files.failure("open", file(temporary)) }
    do throws(FileError) {
      defer { close(descriptor) }
      try giveAway(descriptor, temporary, in: directory)
      try Files.writeAll(descriptor, bytes, at: 0, file(temporary))
      if fsync(descriptor) != 0 { throw Files.failure("fsync", file(temporary)) }
    } catch {
      unlinkat(directory, temporary, 0)
      throw error
    }
    if renameat(directory, temporary, directory, name) != 0 { throw Files.failure("rename", file(name)) }
    if fsync(directory) != 0 { throw Files.failure("fsync", path) }
  }

  /// Opens a file to be added to; nil when it is not there.
  package func openToAppend(_ name: String, in directory: Int32) throws(FileError) -> Int32? {
    let descriptor = openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Files.failure("open", file(name))
    }
    do throws(FileError) { try requireFile(descriptor, name) } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private func requireFile(_ descriptor: Int32, _ name: String) throws(FileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Files.failure("stat", file(name)) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw FileError(operation: "open", path: file(name), code: EINVAL)
    }
  }

  private func giveAway(_ descriptor: Int32, _ name: String, in directory: Int32) throws(FileError) {
    guard geteuid() == 0 else { return }
    var owner = stat()
    guard fstat(directory, &owner) == 0 else { throw Files.failure("stat", path) }
    guard owner.st_uid != 0 else { return }
    if fchown(descriptor, owner.st_uid, owner.st_gid) != 0 { throw Files.failure("chown", file(name)) }
  }
}
