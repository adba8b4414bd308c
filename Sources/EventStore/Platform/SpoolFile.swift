import Glibc
import Synchronization

/// A file for what is too large for the memory, readable by nobody else and removed with this object. It keeps its name
/// until it is overwritten, so that the next start finds what a killed process has left.
public final class SpoolFile: Sendable {
  private let descriptor: Int32
  private let path: String
  private let length = Mutex(0)
  private let freed: FreedFiles?

  /// - Parameters:
  ///   - directory: made when it is missing.
  ///   - freed: takes the file in the end, so that nobody waits until it is overwritten.
  public init(in directory: String, into freed: FreedFiles? = nil) throws(StoreError) {
    self.freed = freed
    let path = directory + "/\(getpid())-\(UInt64.random(in: 0 ... .max))"
    self.path = path
    descriptor = try asStoreError {
      try Files.makeDirectories(directory)
      let descriptor = try Files.open(path, O_RDWR | O_CREAT | O_EXCL)
      // The lock tells this file from what a killed process has left.
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let failure = Files.failure("flock", path)
        close(descriptor)
        unlink(path)
        throw failure
      }
      return descriptor
    }
  }

  /// Whether a living process has the spool file at that path.
  static func isHeld(_ path: String) -> Bool {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0
  }

  deinit {
    close(descriptor)
    // What cannot be removed now is removed by the next start.
    if let freed { try? freed.take(path) } else { try? Overwriting.remove(path, isDirectoryFlushed: false) }
  }

  /// In bytes.
  public var size: Int { length.withLock { $0 } }

  /// Writes at the end, without a flush: the file need not survive a crash.
  public func append(_ bytes: [UInt8]) throws(StoreError) {
    try asStoreError {
      try length.withLock { length in
        try Files.writeAll(descriptor, bytes, at: length, path)
        length += bytes.count
      }
    }
  }

  /// As many bytes as there are from an offset, up to `count`.
  public func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    try asStoreError { try Files.read(descriptor, count: min(count, max(0, size - offset)), at: offset, path) }
  }
}
