import Glibc
import Synchronization

/// A file without a name, readable by nobody else and gone with whoever holds it: for what is too large for the memory.
public final class SpoolFile: Sendable {
  private let descriptor: Int32
  private let path: String
  private let length = Mutex(0)

  /// - Parameter directory: made when it is missing.
  public init(in directory: String) throws(StoreError) {
    let path = directory + "/\(getpid())-\(UInt64.random(in: 0 ... .max))"
    self.path = path
    descriptor = try asStoreError {
      try Files.makeDirectories(directory)
      let descriptor = try Files.open(path, O_RDWR | O_CREAT | O_EXCL)
      if unlink(path) != 0 {
        let failure = Files.failure("unlink", path)
        close(descriptor)
        throw failure
      }
      return descriptor
    }
  }

  deinit { close(descriptor) }

  /// In bytes.
  public var size: Int { length.withLock { $0 } }

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
