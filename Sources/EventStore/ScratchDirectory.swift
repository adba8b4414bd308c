import Glibc

/// A directory inside a data directory for what is needed for a while, gone with its owner; what a killed owner left is
/// known by its lock.
public final class ScratchDirectory: Sendable {
  public static let purposes = ["verify", "spool"]
  private static let owner = "/owner"

  public let path: String
  private let lock: Int32
  private let freed: FreedFiles?

  /// - Parameters:
  ///   - purpose: one of `purposes`; a process has one directory of each.
  ///   - freed: takes it in the end, so that nobody waits until it is overwritten; nil beside the daemon.
  public init(in data: String, for purpose: String, into freed: FreedFiles?) throws(StoreError) {
    path = "\(data)/\(purpose)-\(getpid())"
    self.freed = freed
    let path = path
    lock = try asStoreError {
      try Self.remove(path, into: freed)
      if mkdir(path, 0o700) != 0 { throw Files.failure("mkdir", path) }
      let lock = try Files.open(path + Self.owner, O_RDWR | O_CREAT)
      if flock(lock, LOCK_EX | LOCK_NB) != 0 { throw Files.failure("flock", path + Self.owner) }
      return lock
    }
  }

  deinit {
    // What cannot be removed now is found by its lock later.
    try? Self.remove(path, into: freed)
    close(lock)
  }

  /// Removes what killed owners have left.
  public static func removeLeftovers(in data: String, into freed: FreedFiles?) throws(StoreError) {
    try asStoreError {
      for name in try names(in: data) {
        let path = data + "/" + name
        let lock = Glibc.open(path + owner, O_RDWR | O_CLOEXEC)
        defer { if lock >= 0 { close(lock) } }
        if lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 { try remove(path, into: freed) }
      }
    }
  }

  /// How many seconds ago the oldest of those that hold views was begun, whoever's they are; nil when there is none.
  public static func oldestViews(in data: String) -> Int? {
    let begun = ((try? names(in: data)) ?? []).filter { $0.hasPrefix("verify-") }.compactMap { name -> Int? in
      var info = stat()
      return stat(data + "/" + name + owner, &info) == 0 ? info.st_mtim.tv_sec : nil
    }
    return begun.min().map { max(0, time(nil) - $0) }
  }

  private static func names(in data: String) throws(FileError) -> [String] {
    try Files.names(in: data).filter { name in purposes.contains { name.hasPrefix("\($0)-") } }
  }

  /// They hold the words of everybody in the clear, or the whole ledger.
  private static func remove(_ path: String, into freed: FreedFiles?) throws {
    if let freed { try freed.take(path) } else { try Overwriting.removeTree(path) }
  }
}
