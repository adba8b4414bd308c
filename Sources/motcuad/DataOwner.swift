import Glibc

/// Gives what a command of root's has made in a data directory to whom that directory belongs: the daemon that works in
/// it runs as that account, and could not open it otherwise.
enum DataOwner {
  struct Failure: Error, CustomStringConvertible {
    var path: String
    var code: Int32
    var description: String { "\(path): \(String(cString: strerror(code)))" }
  }

  /// Runs the command, and gives away what it has made whether it succeeds or not; what an earlier one left as root's
  /// goes with it. Does nothing for anybody but root, and in a directory that is root's own or is not there.
  static func keeping<R>(_ data: String, _ body: () throws -> R) throws -> R {
    let result = Result(catching: body)
    do throws(Failure) {
      try give(data)
    } catch {
      guard case .failure = result else { throw error }
      // The command's own failure says how it ended, and this comes with it.
      complain(Language.current().pick(StartFailure.text(error)))
    }
    return try result.get()
  }

  /// - Throws: when something stays root's.
  static func give(_ data: String) throws(Failure) {
    guard geteuid() == 0 else { return }
    let directory = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else {
      if errno == ENOENT { return }
      throw Failure(path: data, code: errno)
    }
    var owner = stat()
    guard fstat(directory, &owner) == 0 else {
      defer { close(directory) }
      throw Failure(path: data, code: errno)
    }
    guard owner.st_uid != 0 else {
      close(directory)
      return
    }
    try giveContents(of: directory, data, to: owner)
  }

  /// Goes by descriptors and follows no link, because the account that the directory belongs to may change names in it
  /// meanwhile. Closes the descriptor.
  private static func giveContents(of directory: Int32, _ path: String, to owner: stat) throws(Failure) {
    guard let handle = fdopendir(directory) else {
      defer { close(directory) }
      throw Failure(path: path, code: errno)
    }
    defer { closedir(handle) }
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name == "." || name == ".." { continue }
      try giveEntry(name, in: directory, path + "/" + name, to: owner)
    }
  }

  private static func giveEntry(
    _ name: String, in directory: Int32, _ path: String, to owner: stat
  ) throws(Failure) {
    let entry = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard entry >= 0 else {
      // A link, a socket or what has gone meanwhile is none of what the commands make.
      if [ELOOP, ENXIO, ENOENT].contains(errno) { return }
      throw Failure(path: path, code: errno)
    }
    var status = stat()
    let isDirectory: Bool
    let isGiven: Bool
    if fstat(entry, &status) == 0 {
      isDirectory = status.st_mode & S_IFMT == S_IFDIR
      // A file with another name elsewhere is not ours to give away.
      let isMade = isDirectory || (status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1)
      isGiven = status.st_uid != 0 || !isMade || fchown(entry, owner.st_uid, owner.st_gid) == 0
    } else {
      (isDirectory, isGiven) = (false, false)
    }
    guard isGiven else {
      defer { close(entry) }
      throw Failure(path: path, code: errno)
    }
    guard isDirectory else {
      close(entry)
      return
    }
    try giveContents(of: entry, path, to: owner)
  }
}
