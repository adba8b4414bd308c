import Glibc

/// Overwrites files before it removes them, because a file that is only unlinked stays in the free blocks of its file
/// system, where anybody who has the disk finds it.
///
/// It helps where a file system writes in place. What a snapshot, a copy-on-write file system or an SSD's own
/// bookkeeping still holds, no program can reach; there only an encrypted disk helps.
enum Overwriting {
  /// Called after each part, with how long it took in nanoseconds; throws to give up.
  typealias Stepped = (_ nanoseconds: UInt64) throws -> Void

  // `SEEK_DATA` and `SEEK_HOLE` of linux/fs.h, which Glibc shows only to programs that define _GNU_SOURCE.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4
  /// How many bytes are flushed at a time: few enough that a commit of the ledger does not have to wait long.
  private static let partBytes = 1 << 20

  /// Overwrites a file where it lies and removes its name; nothing is wrong when it is not there. The name must be the
  /// only one, and nobody may read the file any more.
  ///
  /// - Parameter isDirectoryFlushed: whether the removal of the name is durable when it returns.
  static func remove(_ path: String, isDirectoryFlushed: Bool = true, stepped: Stepped = { _ in }) throws {
    let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    if descriptor < 0 {
      switch errno {
      case ENOENT: return
      // A link, a directory or a socket holds nothing that could be overwritten.
      case ELOOP, EISDIR, ENXIO: break
      default: throw Files.failure("open", path)
      }
    } else {
      defer { close(descriptor) }
      try fill(descriptor, path, stepped)
    }
    if unlink(path) != 0, errno != ENOENT { throw Files.failure("unlink", path) }
    if isDirectoryFlushed { try Files.sync(Files.parent(of: path)) }
  }

  /// Overwrites all that a directory holds, and removes it.
  static func removeTree(_ path: String, stepped: Stepped = { _ in }) throws {
    var info = stat()
    if lstat(path, &info) != 0 {
      if errno == ENOENT { return }
      throw Files.failure("lstat", path)
    }
    guard info.st_mode & S_IFMT == S_IFDIR else { return try remove(path, isDirectoryFlushed: false, stepped: stepped) }
    let names: [String]
    do throws(FileError) { names = try Files.names(in: path) } catch {
      // Somebody else removes it, too.
      if error.code == ENOENT { return }
      throw error
    }
    for name in names { try removeTree(path + "/" + name, stepped: stepped) }
    if rmdir(path) != 0, errno != ENOENT { throw Files.failure("rmdir", path) }
  }

  /// Puts zeros over everything that a file has on the disk, flushed when it returns. Holes stay holes.
  static func fill(_ descriptor: Int32, _ path: String, _ stepped: Stepped = { _ in }) throws {
    var info = stat()
    if fstat(descriptor, &info) != 0 { throw Files.failure("fstat", path) }
    guard info.st_mode & S_IFMT == S_IFREG else { return }
    let zeros = [UInt8](repeating: 0, count: partBytes)
    let end = Int(info.st_size)
    var start = 0
    while start < end {
      var data = lseek(descriptor, start, seekData)
      if data < 0 {
        if errno == ENXIO { break }
        // A file system that knows no holes.
        guard errno == EINVAL || errno == EOPNOTSUPP else { throw Files.failure("lseek", path) }
        data = start
      }
      var hole = lseek(descriptor, data, seekHole)
      if hole < 0 { hole = end }
      while data < hole {
        let began = nanoseconds
        let count = min(partBytes, hole - data)
        do throws(FileError) { try Files.writeAll(descriptor, Array(zeros.prefix(count)), at: data, path) } catch {
          // Only a file system that writes elsewhere needs room to overwrite what is there; there overwriting is no
          // use.
          if error.code == ENOSPC || error.code == EDQUOT { return }
          throw error
        }
        if fdatasync(descriptor) != 0 { throw Files.failure("fdatasync", path) }
        data += count
        try stepped(nanoseconds &- began)
      }
      start = hole
    }
  }

  private static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
