import Glibc

/// A directory inside a data directory for what is needed for a while, gone with its owner; what a killed owner left is
/// known by its lock.
public final class ScratchDirectory: Sendable {
  public static let purposes = ["verify", "spool"]
  private static let owner = "/owner"

  public let path: String
  private let lock: Int32

  /// - Parameter purpose: one of `purposes`; a process has one directory of each.
  public init(in data: String, for purpose: String) throws(StoreError) {
    path = "\(data)/\(purpose)-\(getpid())"
    let path = path
    lock = try asStoreError {
      try Files.removeDirectory(path)
      if mkdir(path, 0o700) != 0 { throw Files.failure("mkdir", path) }
      let lock = try Files.open(path + Self.owner, O_RDWR | O_CREAT)
      if flock(lock, LOCK_EX | LOCK_NB) != 0 { throw Files.failure("flock", path + Self.owner) }
      return lock
    }
  }

  deinit {
    try? Files.removeDirectory(path)
    close(lock)
  }

  /// Removes what killed owners have left.
  public static func removeLeftovers(in data: String) throws(StoreError) {
    try asStoreError {
      for name in try Files.names(in: data) where purposes.contains(where: { name.hasPrefix("\($0)-") }) {
        let path = data + "/" + name
        let lock = Glibc.open(path + owner, O_RDWR | O_CLOEXEC)
        defer { if lock >= 0 { close(lock) } }
        if lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 { try Files.removeDirectory(path) }
      }
    }
  }
}
