import Crypto
import Glibc
import Sealing
import Synchronization

/// The keys as one file: a header, the master key, the slots, and a SHA-256 over all of it. Whoever has it and the
/// ledger can read everything.
public struct KeysBackup: Sendable {
  static let mark = "motcua keybackup "
  static let headerBytes = 32
  /// The schema version that is written. Version 1 is of before 0.3.0 and is read for ever; by its master key the
  /// ledger's old digests tell what erased cases said.
  static let schemaVersion = 2

  /// What is wrong with a file that should be a backup of keys.
  public enum Fault: Error, Hashable, Sendable {
    case notABackup
    case newer(schemaVersion: Int)
    /// Cut short or changed: its hash is not that of its content.
    case damaged
    /// It ends before a case of the ledger.
    case older(slots: UInt64, needed: UInt64)
    /// The key in the slot is not the one that the ledger was sealed with.
    case ofAnotherLedger(slot: UInt64)
  }

  let master: SealingKey
  /// Slot 0 included.
  let slots: [UInt8]
  /// Whether it was made before 0.3.0: whoever has it and the ledger can guess what erased cases said.
  public let isVersion1: Bool

  /// - Throws: `Fault`, or `StoreError` for a file that cannot be read.
  public init(path: String) throws {
    guard let bytes = try asStoreError({ try Files.contents(path) }) else {
      throw StoreError.file(FileError(operation: "open", path: path, code: ENOENT))
    }
    try self.init(bytes)
  }

  /// Throws `Fault`.
  public init(_ bytes: [UInt8]) throws {
    let header = bytes.prefix(Self.headerBytes)
    guard header.count == Self.headerBytes, header.starts(with: Self.mark.utf8) else { throw Fault.notABackup }
    let number = header.dropFirst(Self.mark.utf8.count).prefix { $0 != UInt8(ascii: "\n") }
    guard let schemaVersion = Int(String(decoding: number, as: UTF8.self)) else { throw Fault.notABackup }
    guard (1...Self.schemaVersion).contains(schemaVersion) else {
      throw schemaVersion > Self.schemaVersion ? Fault.newer(schemaVersion: schemaVersion) : .notABackup
    }
    let content = bytes.dropLast(SHA256.byteCount)
    let start = Self.headerBytes + SealingKey.size
    guard content.count >= start + Keys.slotBytes, (content.count - start) % Keys.slotBytes == 0,
      Array(SHA256.hash(data: content)) == Array(bytes.suffix(SHA256.byteCount)),
      let master = SealingKey(bytes: Array(bytes[Self.headerBytes..<start])),
      let keys = KeysHeader(content[start...]), keys.isVersion1 == (schemaVersion == 1), keys.fits(master)
    else { throw Fault.damaged }
    self.master = master
    slots = Array(content[start...])
    isVersion1 = keys.isVersion1
  }

  /// A copy without the keys of these slots, so that none of them is ever written again.
  public func forgetting(_ erased: [UInt64]) -> KeysBackup {
    var slots = slots
    for slot in erased where slot > 0 && slot < UInt64(slots.count / Keys.slotBytes) {
      let start = Int(slot) * Keys.slotBytes
      slots.replaceSubrange(start..<start + Keys.slotBytes, with: Keys.empty(Keys.Mark.forgotten))
    }
    return KeysBackup(master: master, slots: slots, isVersion1: isVersion1)
  }

  /// A copy that ends with the slot `last`. From `first` on its keys are marked as not here, because they are not those
  /// that sealed anything: slots are made ahead, and made again at a start.
  ///
  /// - Parameter first: no later than the end of the file.
  func lacking(from first: UInt64, upTo last: UInt64) -> KeysBackup {
    let absent = Array(repeating: Keys.empty(Keys.Mark.absent), count: Int(last - first) + 1).joined()
    return KeysBackup(
      master: master, slots: Array(slots.prefix(Int(first) * Keys.slotBytes)) + absent, isVersion1: isVersion1)
  }

  private init(master: SealingKey, slots: [UInt8], isVersion1: Bool) {
    self.master = master
    self.slots = slots
    self.isVersion1 = isVersion1
  }

  /// The same keys in this release's schema version: those of before 0.3.0 are wrapped by a new master key.
  func ofToday() throws -> KeysBackup {
    guard isVersion1 else { return self }
    let fresh = SealingKey()
    let rest = try Keys.rewrapped(Array(slots[Keys.slotBytes...]), from: 1, of: master, by: fresh)
    return KeysBackup(master: fresh, slots: KeysHeader(of: fresh).bytes + rest, isVersion1: false)
  }

  /// The key of a slot; nil when it was forgotten or absent when the backup was made.
  func key(_ slot: UInt64) throws -> SealingKey? {
    let start = Int(slot) * Keys.slotBytes
    do throws(StoreError) {
      return try Keys.unwrapped(Array(slots[start..<start + Keys.slotBytes]), slot, by: master, "keys")
    } catch {
      throw Fault.damaged
    }
  }

  /// Compares the key of a slot with the ledger that it should open.
  ///
  /// - Parameter commitment: the commitment to the key in the ledger.
  /// - Returns: whether it is that key; nil when it was forgotten or absent when the backup was made.
  /// - Throws: `Fault.older` when the file ends before the slot, `.damaged` when the slot cannot be unwrapped.
  public func isKey(of slot: UInt64, commitment: [UInt8]) throws -> Bool? {
    try require(slot)
    return try self.commitment(slot).map { $0 == commitment }
  }

  /// The commitment to the key of a slot, as a ledger that was sealed with it has; nil when the backup lacks the key.
  public func commitment(_ slot: UInt64) throws -> [UInt8]? {
    guard slot > 0, slot < UInt64(slots.count / Keys.slotBytes) else { return nil }
    return try key(slot)?.commitment
  }

  /// The last slot in the file.
  public var last: UInt64 { UInt64(slots.count / Keys.slotBytes) - 1 }

  /// Throws `Fault.older` when the file ends before the slot.
  public func require(_ slot: UInt64) throws {
    guard slot <= last else { throw Fault.older(slots: last, needed: slot) }
  }
}

extension KeysChange {
  /// Puts the keys of a backup in the place of those that are there.
  func install(_ backup: KeysBackup) throws {
    let backup = try backup.ofToday()
    try install(backup.master) { try $0(Array(backup.slots[Keys.slotBytes...])) }
  }
}

extension Keys {
  /// How large a backup of the keys is, in bytes.
  public var backupBytes: Int {
    KeysBackup.headerBytes + SealingKey.size + slotsBytes + SHA256.byteCount
  }

  private var slotsBytes: Int { Int(state.withLock { $0.slots }) * Self.slotBytes }

  /// Hands over a backup of the keys in parts of at most so many bytes. Made after the ledger's backup, it has every
  /// key that the latter needs.
  ///
  /// - Throws: `StoreError.unexpected` when the keys are replaced meanwhile, and what `put` throws.
  public func backup(partBytes: Int, _ put: ([UInt8]) throws -> Void) throws {
    var hash = SHA256()
    let mark = Array("\(KeysBackup.mark)\(KeysBackup.schemaVersion)\n".utf8)
    let (master, header) = state.withLock { ($0.master, $0.header) }
    let start = mark + Array(repeating: 0, count: KeysBackup.headerBytes - mark.count) + master.bytes
    hash.update(data: start)
    try put(start)
    let end = slotsBytes
    for offset in stride(from: 0, to: end, by: partBytes) {
      let part = try asStoreError {
        // Under the lock, so that no slot is read while it is overwritten.
        try state.withLock { state in
          guard state.header == header else { throw StoreError.unexpected("the keys were exchanged meanwhile") }
          return try Files.read(state.descriptor, count: min(partBytes, end - offset), at: offset, path)
        }
      }
      hash.update(data: part)
      try put(part)
    }
    try put(Array(hash.finalize()))
  }
}
