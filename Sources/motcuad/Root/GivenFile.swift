import EventStore
import Glibc

/// A file that a command was given: opened at once, as whoever runs the command, and read later, when the process may
/// be another account.
final class GivenFile {
  let path: String
  let descriptor: Int32

  /// Opens the file. What root reads is handed on to the owner of the data directory, so a link that another account
  /// has made is refused, and another name of a file that root alone may read.
  ///
  /// - Parameter waits: for who writes into a pipe of that name.
  init(_ path: String, waits: Bool = true) throws(UnsafePath) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { throw .system(path: path, code: errno) }
    guard geteuid() == 0 else { return }
    let walk = try PathWalk(path)
    try walk.requireOwnLinks()
    var status = stat()
    guard fstat(descriptor, &status) == 0, walk.missing.isEmpty, status.st_dev == walk.last.status.st_dev,
      status.st_ino == walk.last.status.st_ino
    else { throw .system(path: path, code: ESTALE) }
    if status.st_uid == 0, status.st_nlink > 1 {
      do throws(UnsafePath) { try walk.requireControl(by: 0) } catch { throw .manyNames(path: path) }
    }
  }

  deinit { close(descriptor) }

  /// Reads the file as a backup of keys.
  func keysBackup() throws -> KeysBackup { try KeysBackup(contents()) }

  /// Reads to the end, or until there are more than `most` bytes.
  func contents(most: Int = .max) throws(UnsafePath) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 || bytes.count > most { return bytes }
      if count > 0 {
        bytes += buffer[..<count]
      } else if errno != EINTR {
        throw UnsafePath.system(path: path, code: errno)
      }
    }
  }
}
