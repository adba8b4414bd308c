import Glibc

/// A directory inside a data directory for temporary files, removed with this object. Its owner holds a lock in it, so
/// that a directory whose owner was killed is known by its free lock.
public final class ScratchDirectory: Sendable {
  /// What the names of scratch directories begin with.
  public static let purposes = ["verify", "spool"]
  private static let owner = "/owner"

  public let path: String
  private let lock: Int32
  private let freed: FreedFiles?

  /// - Parameters:
  ///   - purpose: one of `purposes`.
  ///   - freed: takes the directory in the end, so that nobody waits until it is overwritten. Nil in a process beside
  ///     the daemon, which overwrites it itself.
  public init(in data: String, for purpose: String, into freed: FreedFiles?) throws(StoreError) {
    // The name is never used twice: another process may be removing what a killed owner left under an earlier one.
    path = "\(data)/\(purpose)-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    self.freed = freed
    let path = path
    lock = try asStoreError {
      let making = try Files.open(data, O_RDONLY | O_DIRECTORY)
      defer { close(making) }
      while flock(making, LOCK_EX) != 0 { if errno != EINTR { throw Files.failure("flock", data) } }
      if mkdir(path, 0o700) != 0 { throw Files.failure("mkdir", path) }
      var lock: Int32 = -1
      do throws(FileError) {
        lock = try Files.open(path + Self.owner, O_RDWR | O_CREAT)
        if flock(lock, LOCK_EX | LOCK_NB) != 0 { throw Files.failure("flock", path + Self.owner) }
        return lock
      } catch {
        if lock >= 0 { close(lock) }
        unlink(path + Self.owner)
        rmdir(path)
        throw error
      }
    }
  }

  deinit {
    // What cannot be removed now, `removeLeftovers` finds by its lock later.
    try? Self.remove(path, into: freed)
    close(lock)
  }

  /// Removes what killed owners have left.
  ///
  /// A directory that is just being made has no lock yet and looks the same, so whoever makes one locks the data
  /// directory meanwhile. When somebody has that lock, this call removes nothing and leaves it to the next.
  public static func removeLeftovers(in data: String, into freed: FreedFiles?) throws(StoreError) {
    try asStoreError {
      let making = try Files.open(data, O_RDONLY | O_DIRECTORY)
      defer { close(making) }
      guard try Files.lock(making, data) else { return }
      var left: [(path: String, lock: Int32)] = []
      // Their locks are kept, so that nobody else takes them for left behind.
      defer { for left in left where left.lock >= 0 { close(left.lock) } }
      for name in try names(in: data) {
        let path = data + "/" + name
        let lock = Glibc.open(path + owner, O_RDWR | O_CLOEXEC)
        if lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 { left.append((path, lock)) } else { close(lock) }
      }
      // Others may make directories again, because overwriting takes long.
      flock(making, LOCK_UN)
      for left in left { try remove(left.path, into: freed) }
    }
  }

  /// How many seconds ago the oldest scratch directory with views was begun, of whatever process; nil when there is
  /// none.
  public static func oldestViews(in data: String) throws(StoreError) -> Int? {
    let begun = try asStoreError { try names(in: data) }.filter { $0.hasPrefix("verify-") }.compactMap { name -> Int? in
      var info = stat()
      return stat(data + "/" + name + owner, &info) == 0 ? info.st_mtim.tv_sec : nil
    }
    return begun.min().map { max(0, time(nil) - $0) }
  }

  private static func names(in data: String) throws(FileError) -> [String] {
    try Files.names(in: data).filter { name in purposes.contains { name.hasPrefix("\($0)-") } }
  }

  /// Overwrites a directory as well, because it holds everybody's words in the clear, or the whole ledger.
  private static func remove(_ path: String, into freed: FreedFiles?) throws {
    if let freed { try freed.take(path) } else { try Overwriting.removeTree(path) }
  }
}
