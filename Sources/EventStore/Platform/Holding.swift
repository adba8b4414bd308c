import Glibc
import Synchronization

/// Which file a path or a descriptor leads to, whatever its name.
struct FileIdentity: Hashable {
  private let (device, inode): (UInt, UInt)

  /// Nil when nothing is there.
  init?(_ path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    (device, inode) = (UInt(info.st_dev), UInt(info.st_ino))
  }

  init?(_ descriptor: Int32) {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { return nil }
    (device, inode) = (UInt(info.st_dev), UInt(info.st_ino))
  }
}

/// The files that a store works in, each with its path. Whoever removes or replaces one of them lets another process
/// in, or makes this one write where nobody will ever read.
final class Holding: Sendable {
  private let files: [(path: String, identity: FileIdentity)]
  private let isLost = Atomic<Bool>(false)

  /// - Throws: `StoreError.notOurs` for a file that is gone already.
  init(lock: Int32, _ directory: String) throws(StoreError) {
    var files: [(path: String, identity: FileIdentity)] = []
    for (path, identity) in [
      (directory + "/lock", FileIdentity(lock)),
      (directory + "/ledger/data.mdb", FileIdentity(directory + "/ledger/data.mdb")),
    ] {
      guard let identity else { throw .notOurs(path: path) }
      files.append((path, identity))
    }
    self.files = files
  }

  /// Once lost, it stays so, whatever lies at the paths later.
  var isHeld: Bool { !isLost.load(ordering: .relaxed) }

  func require(_ keys: Keys) throws(StoreError) {
    for file in files where FileIdentity(file.path) != file.identity {
      isLost.store(true, ordering: .relaxed)
      throw .notOurs(path: file.path)
    }
    guard keys.areInPlace, isHeld else {
      isLost.store(true, ordering: .relaxed)
      throw .notOurs(path: keys.path)
    }
  }
}

extension EventStore {
  /// Checks that the three files which this process works in are still those at their paths.
  ///
  /// - Throws: `StoreError.notOurs` when one is not, and from then on always: nothing may be written any more.
  public func requireHolding() throws(StoreError) { try holding.require(keys) }
}

extension Keys {
  /// Keeps every other process from opening the keys for writing until the descriptor is closed. `lock` in the data
  /// directory is not enough: somebody may remove it as a leftover, and two processes that write here destroy keys.
  static func lockSlots(_ descriptor: Int32, _ path: String) throws(StoreError) {
    let isLocked: Bool
    do throws(FileError) { isLocked = try Files.lock(descriptor, path) } catch { throw .file(error) }
    guard isLocked else { throw .inUse(directory: Files.parent(of: Files.parent(of: path))) }
    // The slots may have been replaced between the opening and the lock.
    guard FileIdentity(descriptor) == FileIdentity(path) else { throw .notOurs(path: path) }
  }

  /// Whether the slots are those at their path.
  var areInPlace: Bool { state.withLock { FileIdentity($0.descriptor) == FileIdentity(path) } }
}
