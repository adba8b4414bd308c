import Crypto
import Glibc
public import Sealing
import Synchronization

/// The keys that open the sealed parts of the ledger: a flat file of 64-byte slots, one for each case, each key wrapped
/// by the master key.
///
/// A slot is made durable before it is used, 1,024 ahead, so that no event is ever sealed with a key that a crash can
/// lose. A key that is forgotten leaves a tombstone in its slot; the records that it sealed stay closed for ever.
public final class Keys: Sendable {
  /// What a key does to what it sealed.
  public enum Opened: Hashable, Sendable {
    case plain([UInt8])
    /// The key was forgotten, or is not here.
    case closed
    /// The key is here, and what is sealed does not open with it.
    case broken
  }

  /// What a slot says of its key, in its last four bytes.
  enum Mark {
    static let inUse: [UInt8] = [0x4B, 0x31, 0, 0]
    static let forgotten: [UInt8] = [0x4B, 0x30, 0, 0]
    static let absent: [UInt8] = [0x4B, 0x2D, 0, 0]
  }

  static let slotBytes = 64
  static let ahead: UInt64 = 1024
  static let header = Array("motcua keys 1\n".utf8)

  struct State {
    var master: SealingKey
    /// Has taken in its key already.
    var digest: HMAC<SHA256>
    var descriptor: Int32
    var slots: UInt64
    /// Nil for a key that is forgotten or not here.
    var cache: [UInt64: SealingKey?] = [:]
  }

  private let directory: String
  let path: String
  let state: Mutex<State>
  private let isReadOnly: Bool

  /// Makes the directory with a new master key; an interrupted creation is taken up where it stopped.
  static func create(_ directory: String) throws {
    try Files.makeDirectory(directory)
    if try Files.contents(directory + "/master")?.count != SealingKey.size {
      try Files.replace(directory + "/master", with: SealingKey().bytes)
    }
    if !Files.exists(directory + "/slots") {
      try Files.replace(directory + "/slots", with: header + Array(repeating: 0, count: slotBytes - header.count))
    }
    try Files.sync(directory)
    try Files.sync(Files.parent(of: directory))
  }

  /// - Parameter isReadOnly: nothing is made, forgotten or sealed; another process may have them open for writing.
  init(_ directory: String, isReadOnly: Bool = false) throws {
    self.directory = directory
    self.isReadOnly = isReadOnly
    path = directory + "/slots"
    state = Mutex(try Self.open(directory, isReadOnly: isReadOnly))
  }

  private static func open(_ directory: String, isReadOnly: Bool) throws -> State {
    guard let bytes = try Files.contents(directory + "/master") else {
      throw StoreError.masterKeyMissing(path: directory + "/master")
    }
    guard let master = SealingKey(bytes: bytes) else {
      throw StoreError.keysDamaged(path: directory + "/master", slot: 0)
    }
    let digestKey = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: bytes), info: Array("command digest".utf8), outputByteCount: 32)
    let path = directory + "/slots"
    let descriptor = try Files.open(path, isReadOnly ? O_RDONLY : O_RDWR)
    do {
      if !isReadOnly { try lockSlots(descriptor, path) }
      guard try Files.read(descriptor, count: header.count, at: 0, path) == header else {
        throw StoreError.keysDamaged(path: path, slot: 0)
      }
      return State(
        master: master, digest: HMAC<SHA256>(key: digestKey), descriptor: descriptor, slots: try slots(descriptor, path)
      )
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { state.withLock { _ = close($0.descriptor) } }

  /// Puts the keys of a backup in the place of these, durably. Only for a ledger that has sealed nothing with these: a
  /// crash half-way leaves the master key of one and the slots of the other.
  public func replace(with backup: KeysBackup) throws(StoreError) {
    try asStoreError {
      try state.withLock { state in
        try Files.replace(directory + "/master", with: backup.master.bytes)
        try Files.replace(path, with: backup.slots)
        let fresh = try Self.open(directory, isReadOnly: false)
        close(state.descriptor)
        state = fresh
      }
    }
  }

  /// How many slots there are, the header included. One that was torn while it was made, or of which a crash left only
  /// zeros, was never used, and is made again.
  private static func slots(_ descriptor: Int32, _ path: String) throws(FileError) -> UInt64 {
    var slots = Int(lseek(descriptor, 0, SEEK_END)) / slotBytes
    while slots > 1,
      try Files.read(descriptor, count: slotBytes, at: (slots - 1) * slotBytes, path).allSatisfy({ $0 == 0 })
    {
      slots -= 1
    }
    return UInt64(max(1, slots))
  }

  /// Makes the slots up to `last` and 1,024 more, durable, unless they are there.
  public func prepare(upTo last: UInt64) throws(StoreError) {
    try extend(to: last) { slot, master throws(StoreError) in try self.wrapped(SealingKey(), slot, master) }
  }

  /// Marks the slots up to `last` that are not there as keys that are not here: what they sealed stays closed until
  /// the keys are brought.
  public func markAbsent(upTo last: UInt64) throws(StoreError) {
    try extend(to: last, ahead: 0) { _, _ throws(StoreError) in Self.empty(Mark.absent) }
  }

  /// Marks one slot as a key that is not here: what lies there is a key, but not the one that sealed.
  public func markAbsent(_ slot: UInt64) throws(StoreError) {
    try asStoreError {
      try state.withLock { state in
        guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
        state.cache[slot] = .some(nil)
        try write(Self.empty(Mark.absent), at: slot, state)
      }
    }
  }

  /// How many keys of the slots up to `last` are not here; those that were forgotten do not count.
  public func absentCount(upTo last: UInt64) throws(StoreError) -> Int {
    try asStoreError {
      try state.withLock { state in
        var count = 0
        let end = min(last + 1, state.slots)
        for start in stride(from: UInt64(1), to: end, by: 4096) {
          let (offset, slots) = (Int(start) * Self.slotBytes, Int(min(4096, end - start)))
          let bytes = try Files.read(state.descriptor, count: slots * Self.slotBytes, at: offset, path)
          for slot in stride(from: 0, to: bytes.count - 63, by: Self.slotBytes)
          where bytes[(slot + 60)..<(slot + 64)].elementsEqual(Mark.absent) { count += 1 }
        }
        return count
      }
    }
  }

  private func extend(
    to last: UInt64, ahead: UInt64 = Keys.ahead, _ content: (UInt64, SealingKey) throws(StoreError) -> [UInt8]
  ) throws(StoreError) {
    try asStoreError {
      try state.withLock { state in
        guard last >= state.slots else { return }
        let end = last + 1 + ahead
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(end - state.slots) * Self.slotBytes)
        for slot in state.slots..<end { bytes += try content(slot, state.master) }
        try write(bytes, at: state.slots, state)
        state.slots = end
      }
    }
  }

  /// Throws `StoreError.keyMissing` when the file ends before the slot; whether its key opens is not asked.
  public func require(_ slot: UInt64) throws(StoreError) {
    guard state.withLock({ slot < $0.slots }) else { throw .keyMissing(slot: slot) }
  }

  /// Makes the slots after `last` again before they are used: none of them was, and a crash may have torn any of them.
  public func discard(after last: UInt64) {
    state.withLock { state in
      state.slots = last + 1
      state.cache = state.cache.filter { $0.key <= last }
    }
  }

  /// Destroys the key of a slot, durably: what it sealed can never be opened again, here.
  ///
  /// - Returns: false when it was forgotten before.
  @discardableResult
  public func forget(_ slot: UInt64) throws(StoreError) -> Bool {
    try asStoreError {
      try state.withLock { state in
        guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
        let mark = try Files.read(state.descriptor, count: 4, at: Int(slot) * Self.slotBytes + 60, path)
        state.cache[slot] = .some(nil)
        if mark == Mark.forgotten { return false }
        try write(Self.empty(Mark.forgotten), at: slot, state)
        return true
      }
    }
  }

  /// AES-256-GCM: nonce (12), ciphertext, tag (16).
  public func seal(_ plain: [UInt8], slot: UInt64, additionalData: [UInt8]) throws(StoreError) -> [UInt8] {
    guard let key = try key(slot) else { throw .keyClosed(slot: slot) }
    guard let sealed = key.seal(plain, additionalData: additionalData) else {
      throw .keysDamaged(path: path, slot: slot)
    }
    return sealed
  }

  public func open(_ sealed: [UInt8], slot: UInt64, additionalData: [UInt8]) throws(StoreError) -> Opened {
    guard let key = try key(slot) else { return .closed }
    return key.open(sealed, additionalData: additionalData).map { .plain($0) } ?? .broken
  }

  /// 16 bytes that tell commands apart without giving away what they say.
  public func digest(_ message: [UInt8]) -> [UInt8] {
    var digest = state.withLock { $0.digest }
    digest.update(data: message)
    return digest.finalize().withUnsafeBytes { Array($0.prefix(16)) }
  }

  /// The key of a slot; nil when it was forgotten or is not here.
  public func key(_ slot: UInt64) throws(StoreError) -> SealingKey? {
    try asStoreError {
      try state.withLock { state in
        if let key = state.cache[slot] { return key }
        // The process that they belong to makes more as it goes.
        if isReadOnly, slot >= state.slots { state.slots = try Self.slots(state.descriptor, path) }
        guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
        let bytes = try Files.read(state.descriptor, count: Self.slotBytes, at: Int(slot) * Self.slotBytes, path)
        let key = try Self.unwrapped(bytes, slot, by: state.master, path)
        // Bounded, so that a replay of a million cases does not keep a million keys.
        if state.cache.count >= 4096 { state.cache.removeAll(keepingCapacity: true) }
        state.cache[slot] = .some(key)
        return key
      }
    }
  }

  /// SHA-256 of the byte 2 and the key of the slot, so that a disclosed key proves itself.
  public func commitment(_ slot: UInt64) throws(StoreError) -> [UInt8] {
    guard let key = try key(slot) else { throw .keyClosed(slot: slot) }
    return key.commitment
  }

  /// The key (32), then nonce (12) and tag (16) of its wrapping, then the mark (4).
  func wrapped(_ key: SealingKey, _ slot: UInt64, _ master: SealingKey) throws(StoreError) -> [UInt8] {
    guard let box = master.seal(key.bytes, additionalData: bigEndian(slot)) else {
      throw .keysDamaged(path: path, slot: slot)
    }
    return Array(box[12..<44]) + Array(box[..<12]) + Array(box[44...]) + Mark.inUse
  }

  /// The key in the bytes of a slot; nil when it was forgotten or is not here.
  static func unwrapped(
    _ bytes: [UInt8], _ slot: UInt64, by master: SealingKey, _ path: String
  ) throws(StoreError) -> SealingKey? {
    guard bytes.count == slotBytes else { throw .keysDamaged(path: path, slot: slot) }
    switch Array(bytes[60...]) {
    case Mark.forgotten, Mark.absent: return nil
    case Mark.inUse:
      let box = Array(bytes[32..<44]) + Array(bytes[0..<32]) + Array(bytes[44..<60])
      if let key = master.open(box, additionalData: bigEndian(slot)).flatMap({ SealingKey(bytes: $0) }) { return key }
      fallthrough
    default: throw .keysDamaged(path: path, slot: slot)
    }
  }

  static func empty(_ mark: [UInt8]) -> [UInt8] { Array(repeating: 0, count: 60) + mark }

  private func write(_ bytes: [UInt8], at slot: UInt64, _ state: State) throws(FileError) {
    try Files.writeAll(state.descriptor, bytes, at: Int(slot) * Self.slotBytes, path)
    if fdatasync(state.descriptor) != 0 { throw Files.failure("fdatasync", path) }
  }
}
