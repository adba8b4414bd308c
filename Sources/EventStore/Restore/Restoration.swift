import Glibc
import Sealing
import Synchronization

/// Puts a backup into a data directory: everything is made aside, in a directory with the same layout, and renamed into
/// place at the end. When it is given up, it leaves nothing; when it is killed, the next start removes what lies aside.
public final class Restoration {
  /// The files of a data directory that a restoration must not write over. `keys/signing` is none: it may be there
  /// first.
  private static let precious = ["ledger", "keys/master", "keys/slots", "CURRENT", "STATE"]

  public let directory: String
  /// Where everything is made: a data directory of its own, which can be opened before it is renamed into place.
  public let staged: String
  private let lock: Int32
  private let madeDirectory: Bool
  private var progress = Progress.making

  private enum Progress {
    case making
    /// Some parts may have their names already: the next start finishes the restoration.
    case naming
    case installed
  }

  public var stagedLedger: String { staged + "/ledger" }
  private var stagedKeys: String { staged + "/keys" }

  /// - Throws: `StoreError.occupied` when the directory has anything of a ledger; nothing was changed then.
  public init(into directory: String) throws(StoreError) {
    self.directory = directory
    let staged = Self.staged(in: directory)
    self.staged = staged
    madeDirectory = !Files.exists(directory)
    lock = try asStoreError {
      for name in Self.precious where Files.exists(directory + "/" + name) {
        throw StoreError.occupied(path: directory + "/" + name)
      }
      try Files.makeDirectories(directory)
      let lock = try EventStore.lock(directory)
      do {
        // A killed restoration may have left keys there.
        try Overwriting.removeTree(staged)
        try Files.makeDirectory(staged)
      } catch {
        close(lock)
        throw error
      }
      return lock
    }
  }

  deinit {
    if progress != .naming { try? Overwriting.removeTree(staged) }
    if madeDirectory, progress == .making {
      unlink(directory + "/lock")
      rmdir(directory)
    }
    close(lock)
  }

  /// The order in which what was made aside gets its name. The ledger goes first: without its keys a start is refused,
  /// and keys without a ledger would be taken for its loss.
  private static let parts = ["ledger", "keys/slots", "keys/master"]

  /// Removes what a killed restoration has left, or finishes it when the ledger had its name already.
  static func removeLeftovers(in directory: String, into freed: FreedFiles) throws(FileError) {
    let staged = staged(in: directory)
    guard Files.exists(staged) else { return }
    if Files.exists(directory + "/ledger/data.mdb"), !Files.exists(staged + "/ledger") {
      // The names that are seen may not be on the disk yet, and what lies aside is overwritten below.
      for place in [directory, directory + "/keys", staged, staged + "/keys"] where Files.exists(place) {
        try Files.sync(place)
      }
      try name(parts.filter { Files.exists(staged + "/" + $0) }, from: staged, in: directory)
    }
    try freed.take(staged)
  }

  /// Renames the parts into place; each name is on the disk before the next is given.
  private static func name(_ parts: [String], from staged: String, in directory: String) throws(FileError) {
    for part in parts {
      let path = directory + "/" + part
      if rename(staged + "/" + part, path) != 0 { throw Files.failure("rename", path) }
      try Files.sync(Files.parent(of: path))
    }
  }

  private static func staged(in directory: String) -> String { directory + "/restore.new" }

  /// Makes the keys aside: those of a backup, or none at all, which leaves everything that is sealed closed until they
  /// are brought. What is erased is forgotten in them before they reach the disk.
  ///
  /// - Parameters:
  ///   - last: the greatest slot that the ledger has sealed with.
  ///   - erased: the slots whose keys were erased.
  public func stageKeys(
    _ backup: KeysBackup?, last: UInt64, erased: [UInt64], lacking: UInt64? = nil
  ) throws(StoreError) {
    try asStoreError {
      guard let backup else {
        try Keys.create(stagedKeys)
        let keys = try Keys(stagedKeys)
        try keys.markAbsent(upTo: last)
        try keys.forget(erased)
        return
      }
      let whole = lacking.map { backup.lacking(from: $0, upTo: last) } ?? backup
      try Keys.install(whole.forgetting(erased), in: stagedKeys)
    }
  }

  /// Renames ledger and keys into place. When it is killed in between, the next start finishes it.
  public func install() throws(StoreError) {
    try asStoreError {
      progress = .naming
      try Files.makeDirectory(directory + "/keys")
      try EventStore.forgetAcceptedLoss(directory)
      try Files.sync(stagedKeys)
      try Files.sync(staged)
      try Files.sync(directory)
      try Self.name(Self.parts, from: staged, in: directory)
      progress = .installed
    }
  }
}

extension EventStore {
  /// Makes the next start build its views from the ledger. Only while no daemon works in the directory.
  public static func discardViews(_ directory: String) throws(StoreError) {
    try asStoreError {
      let views = ViewsDirectory(data: directory)
      if unlink(views.current) != 0, errno != ENOENT { throw Files.failure("unlink", views.current) }
      try views.distrust()
    }
  }

  /// Runs `body` while no daemon works in the data directory, and keeps one out meanwhile.
  ///
  /// - Throws: `StoreError.inUse` when a daemon works there.
  public static func whileStopped<R>(_ directory: String, _ body: () throws -> R) throws -> R {
    try requireLedger(directory)
    let lock = try lock(directory)
    defer { Glibc.close(lock) }
    return try body()
  }
}

extension Keys {
  /// How many keys were brought, and how many are still missing.
  public struct Brought: Hashable, Sendable {
    /// How many keys were brought that were not here before.
    public var keys: Int
    /// How many keys are still missing, because the backup does not have them either.
    public var missing: Int
  }

  /// Brings the keys of a backup to a directory where they are absent or damaged. Keys that are here stay; those that
  /// are forgotten here or in the ledger stay forgotten.
  public static func bring(
    _ backup: KeysBackup, to directory: String, last: UInt64, erased: [UInt64]
  ) throws -> Brought {
    let path = directory + "/slots"
    guard Files.exists(directory + "/master") else {
      try asStoreError { try install(backup.forgetting(erased), in: directory) }
      return Brought(keys: Int(last) - erased.count, missing: 0)
    }
    let here = try Keys(directory)
    try here.renew()
    guard var bytes = try asStoreError({ try Files.contents(path) }) else {
      throw StoreError.keysDamaged(path: path, slot: 0)
    }
    let erased = Set(erased)
    var brought = Brought(keys: 0, missing: 0)
    var isChanged = false
    for slot in stride(from: 1, through: last, by: 1) {
      let range = Int(slot) * slotBytes..<Int(slot + 1) * slotBytes
      guard isToBring(bytes, slot, here.state.withLock { $0.master }) else { continue }
      isChanged = true
      if bytes.count < range.upperBound { bytes += Array(repeating: 0, count: range.upperBound - bytes.count) }
      if erased.contains(slot) {
        bytes.replaceSubrange(range, with: empty(Mark.forgotten))
      } else if let key = try backup.key(slot) {
        // Wrapped again, because the keys that were made meanwhile have another master key.
        bytes.replaceSubrange(range, with: try wrapped(key, slot, here.state.withLock { $0.master }, path))
        brought.keys += 1
      } else {
        bytes.replaceSubrange(range, with: empty(Mark.absent))
        brought.missing += 1
      }
    }
    if isChanged {
      try asStoreError { try KeysChange(directory: directory).install(nil) { try $0(Array(bytes[slotBytes...])) } }
    }
    return brought
  }

  static func install(_ backup: KeysBackup, in directory: String) throws {
    try Files.makeDirectory(directory)
    try KeysChange(directory: directory).install(backup)
  }

  /// The slots whose key is absent or damaged; nil where there are no keys at all.
  public static func slotsToBring(in directory: String, last: UInt64) throws(StoreError) -> Set<UInt64>? {
    let (bytes, master) = try asStoreError { () throws -> ([UInt8]?, SealingKey?) in
      let bytes = try Files.contents(directory + "/slots")
      let header = bytes.flatMap { KeysHeader($0) }
      return (bytes, try header.flatMap { try KeysChange(directory: directory).currentMaster($0) })
    }
    guard let bytes, let master else { return nil }
    var slots: Set<UInt64> = []
    for slot in stride(from: UInt64(1), through: last, by: 1) where isToBring(bytes, slot, master) {
      slots.insert(slot)
    }
    return slots
  }

  private static func isToBring(_ bytes: [UInt8], _ slot: UInt64, _ master: SealingKey) -> Bool {
    let start = Int(slot) * slotBytes
    guard bytes.count >= start + slotBytes else { return true }
    let content = Array(bytes[start..<start + slotBytes])
    if content.suffix(4).elementsEqual(Mark.absent) { return true }
    return (try? unwrapped(content, slot, by: master, "")) == nil && !content.suffix(4).elementsEqual(Mark.forgotten)
  }
}
