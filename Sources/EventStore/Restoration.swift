import Glibc
import Sealing
import Synchronization

/// Puts a backup into a data directory: everything is made aside, and named into place at the end. Given up, it leaves
/// nothing.
public final class Restoration {
  /// What a data directory has that may not be written over.
  private static let precious = ["ledger", "keys", "CURRENT", "STATE"]

  public let directory: String
  private let lock: Int32
  private let madeDirectory: Bool
  private var isInstalled = false
  private var isKept = false

  /// Where the ledger lies until it is named into place.
  public var stagedLedger: String { directory + "/ledger.new" }
  private var stagedKeys: String { directory + "/keys.new" }

  /// - Throws: `StoreError.occupied` when the directory has anything of a ledger; nothing was changed then.
  public init(into directory: String) throws(StoreError) {
    self.directory = directory
    madeDirectory = !Files.exists(directory)
    lock = try asStoreError {
      for name in Self.precious where Files.exists(directory + "/" + name) {
        throw StoreError.occupied(path: directory + "/" + name)
      }
      try Files.makeDirectories(directory)
      return try EventStore.lock(directory)
    }
  }

  deinit {
    if !isKept { undo() }
    close(lock)
  }

  /// Copies a ledger's file aside, durably. What it is worth is not asked.
  public func stage(file: String) throws(StoreError) {
    try asStoreError {
      try Files.removeDirectory(stagedLedger)
      try Files.makeDirectory(stagedLedger)
      try Files.copy(file, to: stagedLedger + "/data.mdb")
      try Files.sync(stagedLedger)
    }
  }

  /// Makes the keys aside: those of a backup, or none at all, which leaves everything that is sealed closed until they
  /// are brought. What the ledger says is erased is forgotten in them.
  ///
  /// - Parameter last: the last case of the ledger.
  public func stageKeys(_ backup: KeysBackup?, last: UInt64, erased: [UInt64]) throws(StoreError) {
    try asStoreError {
      try Files.removeDirectory(stagedKeys)
      guard let backup else {
        try Keys.create(stagedKeys)
        let keys = try Keys(stagedKeys)
        try keys.markAbsent(upTo: last)
        for slot in erased { try keys.forget(slot) }
        return
      }
      try Keys.install(backup, in: stagedKeys, erased: erased)
    }
  }

  /// Names ledger and keys into place. The ledger goes first: without its keys a start is refused, and keys without a
  /// ledger would get a new one.
  public func install() throws(StoreError) {
    try asStoreError {
      isInstalled = true
      if rename(stagedLedger, directory + "/ledger") != 0 { throw Files.failure("rename", stagedLedger) }
      if rename(stagedKeys, directory + "/keys") != 0 { throw Files.failure("rename", stagedKeys) }
      try Files.sync(directory)
    }
  }

  /// Opens what was restored, as its only user, and then the restoration may still be given up.
  public func withoutLock<R>(_ body: () throws -> R) throws -> R {
    flock(lock, LOCK_UN)
    let result = try body()
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw StoreError.inUse(directory: directory) }
    return result
  }

  /// From here on it stays.
  public func keep() { isKept = true }

  private func undo() {
    for path in [stagedLedger, stagedKeys] { try? Files.removeDirectory(path) }
    if isInstalled {
      for name in ["ledger", "keys"] { try? Files.removeDirectory(directory + "/" + name) }
      try? EventStore.discardViews(directory)
      for name in (try? Files.names(in: directory)) ?? [] where name.hasPrefix("views-") {
        try? Files.removeDirectory(directory + "/" + name)
      }
    }
    if madeDirectory {
      unlink(directory + "/lock")
      rmdir(directory)
    }
  }
}

extension EventStore {
  /// Makes the next start build its views from the ledger. Only while no daemon works in the directory.
  public static func discardViews(_ directory: String) throws(StoreError) {
    try asStoreError {
      let views = ViewsDirectory(data: directory)
      for path in [views.current, views.state] where unlink(path) != 0 && errno != ENOENT {
        throw Files.failure("unlink", path)
      }
    }
  }

  /// Lends a data directory that no daemon works in, and keeps one out meanwhile.
  public static func whileStopped<R>(_ directory: String, _ body: () throws -> R) throws -> R {
    guard Files.exists(directory + "/ledger") else { throw StoreError.ledgerMissing(path: directory + "/ledger") }
    let lock = try lock(directory)
    defer { Glibc.close(lock) }
    return try body()
  }
}

extension Keys {
  /// What bringing keys has done.
  public struct Brought: Hashable, Sendable {
    /// Keys that were not here before.
    public var keys: Int
    /// Of them, those that the backup does not have either.
    public var missing: Int
  }

  /// Brings the keys of a backup to a directory where they are absent. Those that are here stay, those that are forgotten
  /// here or in the ledger stay forgotten.
  public static func bring(
    _ backup: KeysBackup, to directory: String, last: UInt64, erased: [UInt64]
  ) throws -> Brought {
    let path = directory + "/slots"
    guard Files.exists(directory + "/master") else {
      try asStoreError { try install(backup, in: directory, erased: erased) }
      return Brought(keys: Int(last) - erased.count, missing: 0)
    }
    let here = try Keys(directory)
    guard var bytes = try asStoreError({ try Files.contents(path) }) else {
      throw StoreError.keysDamaged(path: path, slot: 0)
    }
    let erased = Set(erased)
    var brought = Brought(keys: 0, missing: 0)
    for slot in stride(from: 1, through: last, by: 1) {
      let range = Int(slot) * slotBytes..<Int(slot + 1) * slotBytes
      guard bytes.count >= range.upperBound else { throw StoreError.keyMissing(slot: slot) }
      guard Array(bytes[range].suffix(4)) == Mark.absent else { continue }
      if erased.contains(slot) {
        bytes.replaceSubrange(range, with: empty(Mark.forgotten))
      } else if let key = try backup.key(slot) {
        // Wrapped again, because the keys that were made meanwhile have another master key.
        bytes.replaceSubrange(range, with: try here.wrapped(key, slot, here.state.withLock { $0.master }))
        brought.keys += 1
      } else {
        brought.missing += 1
      }
    }
    if brought.keys > 0 { try asStoreError { try Files.replace(path, with: bytes) } }
    return brought
  }

  static func install(_ backup: KeysBackup, in directory: String, erased: [UInt64]) throws {
    try Files.makeDirectory(directory)
    try Files.replace(directory + "/slots", with: backup.slots)
    try Files.replace(directory + "/master", with: backup.master.bytes)
    let keys = try Keys(directory)
    for slot in erased { try keys.forget(slot) }
  }

  /// The slots that say that their key is absent; nil where there are no keys at all.
  public static func absentSlots(in directory: String) throws(StoreError) -> Set<UInt64>? {
    let bytes = try asStoreError { try Files.contents(directory + "/slots") }
    guard let bytes, Files.exists(directory + "/master") else { return nil }
    return Set(
      (1..<max(1, bytes.count / slotBytes)).filter { slot in
        bytes[slot * slotBytes + slotBytes - 4..<(slot + 1) * slotBytes].elementsEqual(Mark.absent)
      }.map { UInt64($0) })
  }
}
