import Glibc
public import Sealing
import Synchronization

/// The keys that open the sealed parts of the ledger: a flat file of 64-byte slots, one for each case, each key wrapped
/// by the master key.
///
/// A slot is made durable before it is used, 1,024 ahead, so that no event is ever sealed with a key that a crash can
/// lose. A key that is forgotten leaves a tombstone in its slot; the records that it sealed stay closed for ever.
public final class Keys: Sendable {
  /// What opening a sealed part gives.
  public enum Opened: Hashable, Sendable {
    case plain([UInt8])
    /// The key was forgotten, or is not here.
    case closed
    /// The key is here, but the sealed part does not open with it.
    case broken
  }

  /// What a slot says of its key, in its last four bytes.
  enum Mark {
    static let inUse: [UInt8] = [0x4B, 0x31, 0, 0]
    static let forgotten: [UInt8] = [0x4B, 0x30, 0, 0]
    static let absent: [UInt8] = [0x4B, 0x2D, 0, 0]
  }

  /// What opening or renewing the keys has changed in them.
  public enum Change: Sendable {
    case none
    /// The keys were of before 0.3.0, and are wrapped by a new master key now. The old one keyed the digests of
    /// commands, by which the words of erased cases can be guessed; earlier backups of the keys still hold it.
    case renewed
    /// A change of the keys had been interrupted, and was brought to its end or taken back.
    case finished
  }

  static let slotBytes = 64
  static let ahead: UInt64 = 1024

  /// A key that is here, and the key of digests that was derived from it: they stay and go together, because whoever guesses
  /// at what a case said learns as much from the one as from the other.
  struct Held {
    let key: SealingKey
    /// Nil until it is asked for.
    var digestKey: DigestKey?
  }

  struct State {
    var master: SealingKey
    var header: KeysHeader
    var descriptor: Int32
    var slots: UInt64
    /// Nil for a key that is forgotten or not here.
    var cache: [UInt64: Held?] = [:]
    var change = Change.none
    /// Whether the master key is kept out of swap.
    var isLocked: Bool
  }

  private let directory: String
  let path: String
  let state: Mutex<State>
  private let isReadOnly: Bool
  /// What opening or renewing the keys has changed in them.
  public var change: Change { state.withLock(\.change) }
  /// Whether the master key is kept out of swap; the system may allow a process no memory of that sort.
  public var isMasterLocked: Bool { state.withLock(\.isLocked) }

  /// Makes the directory with a new master key; an interrupted creation is taken up where it stopped.
  static func create(_ directory: String) throws {
    try Files.makeDirectory(directory)
    let master: SealingKey
    if let bytes = try Files.contents(directory + "/master"), let key = SealingKey(bytes: bytes) {
      master = key
    } else {
      master = SealingKey()
      try Files.replace(directory + "/master", with: master.bytes)
    }
    if !Files.exists(directory + "/slots") {
      try Files.replace(directory + "/slots", with: KeysHeader(of: master).bytes)
    }
    try Files.sync(directory)
    try Files.sync(Files.parent(of: directory))
  }

  /// Opens the keys. For writing, a change that was broken off is settled first.
  ///
  /// - Parameter isReadOnly: nothing is made, forgotten or sealed; another process may have them open for writing.
  init(_ directory: String, isReadOnly: Bool = false) throws {
    self.directory = directory
    self.isReadOnly = isReadOnly
    path = directory + "/slots"
    let isSettled = try !isReadOnly && Self.settle(directory)
    var state = try Self.open(directory, isReadOnly: isReadOnly)
    if isSettled { state.change = .finished }
    self.state = Mutex(state)
  }

  private static func open(_ directory: String, isReadOnly: Bool) throws -> State {
    for _ in 0..<50 {
      let state = try openOnce(directory, isReadOnly: isReadOnly)
      // When the slots were replaced meanwhile, the master key that was read may not be theirs.
      if !isReadOnly || isInPlace(state.descriptor, directory + "/slots") { return state }
      close(state.descriptor)
      usleep(20_000)
    }
    throw StoreError.unexpected("the keys are being exchanged")
  }

  private static func openOnce(_ directory: String, isReadOnly: Bool) throws -> State {
    let masterPath = directory + "/master"
    guard Files.exists(masterPath) || Files.exists(masterPath + ".new") else {
      throw StoreError.masterKeyMissing(path: masterPath)
    }
    let path = directory + "/slots"
    let descriptor = try Files.open(path, isReadOnly ? O_RDONLY : O_RDWR)
    do {
      if !isReadOnly { try lockSlots(descriptor, path) }
      guard let header = KeysHeader(try Files.read(descriptor, count: slotBytes, at: 0, path)) else {
        throw StoreError.keysDamaged(path: path, slot: 0)
      }
      guard let master = try KeysChange(directory: directory).currentMaster(header) else {
        throw StoreError.keysDamaged(path: masterPath, slot: 0)
      }
      return State(
        master: master, header: header, descriptor: descriptor, slots: try slots(descriptor, path),
        isLocked: master.lockInMemory())
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Whether a file is still the one of its name.
  private static func isInPlace(_ descriptor: Int32, _ path: String) -> Bool {
    var (here, named) = (stat(), stat())
    return fstat(descriptor, &here) == 0 && stat(path, &named) == 0 && here.st_ino == named.st_ino
      && here.st_dev == named.st_dev
  }

  private static func settle(_ directory: String) throws -> Bool {
    let path = directory + "/slots"
    guard Files.exists(path) else { return false }
    let descriptor = try Files.open(path, O_RDWR)
    defer { close(descriptor) }
    // Another process may be in the middle of a change.
    try lockSlots(descriptor, path)
    return try KeysChange(directory: directory).settle()
  }

  /// Gives keys of before 0.3.0 a new master key; others stay as they are.
  func renew() throws(StoreError) {
    try asStoreError {
      try state.withLock { state in
        guard state.header.isVersion1 else { return }
        let (master, old) = (SealingKey(), state)
        try KeysChange(directory: directory).install(master) { put in
          for start in stride(from: UInt64(1), to: old.slots, by: 4096) {
            let count = Int(min(4096, old.slots - start)) * Self.slotBytes
            let bytes = try Files.read(old.descriptor, count: count, at: Int(start) * Self.slotBytes, path)
            try put(try Self.rewrapped(bytes, from: start, of: old.master, by: master))
          }
        }
        state = try Self.open(directory, isReadOnly: false)
        close(old.descriptor)
        state.change = .renewed
      }
    }
  }

  /// The same keys in slots that another master key wraps. A slot that is damaged stays so.
  static func rewrapped(
    _ slots: [UInt8], from first: UInt64, of old: SealingKey, by master: SealingKey
  ) throws -> [UInt8] {
    try inParallel(0..<slots.count / slotBytes, by: 256) { piece in
      try piece.flatMap { index in
        let (slot, bytes) = (first + UInt64(index), Array(slots[index * slotBytes..<(index + 1) * slotBytes]))
        guard let key = try? unwrapped(bytes, slot, by: old, "") else { return bytes }
        return try wrapped(key, slot, master, "")
      }
    }
  }

  deinit { state.withLock { _ = close($0.descriptor) } }

  /// Puts the keys of a backup in the place of these, durably: after a crash they are all the old ones or all those of
  /// the backup. Only for a ledger that has sealed nothing with the old ones.
  public func replace(with backup: KeysBackup) throws(StoreError) {
    try asStoreError {
      try state.withLock { state in
        try KeysChange(directory: directory).install(backup)
        let fresh = try Self.open(directory, isReadOnly: false)
        close(state.descriptor)
        state = fresh
      }
    }
  }

  /// How many slots there are, the header included. A slot at the end that is torn, or that a crash left as zeros, was
  /// never used; it does not count, and is made again.
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
    try extend(to: last) { slot, master throws(StoreError) in try Self.wrapped(SealingKey(), slot, master, self.path) }
  }

  /// Adds the missing slots up to `last`, each marked as a key that is not here: what it sealed stays closed until the
  /// keys are brought.
  public func markAbsent(upTo last: UInt64) throws(StoreError) {
    try extend(to: last, ahead: 0) { _, _ throws(StoreError) in Self.empty(Mark.absent) }
  }

  /// Marks one slot as a key that is not here, because the key that lies in it is not the one that sealed the case.
  ///
  /// - Throws: `StoreError.keyMissing` when there is no such slot.
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

  /// Throws `StoreError.keyMissing` when the file ends before the slot; it does not look at the key in it.
  public func require(_ slot: UInt64) throws(StoreError) {
    guard state.withLock({ slot < $0.slots }) else { throw .keyMissing(slot: slot) }
  }

  /// Has the slots after `last` made anew by `prepare`: none of them was used, and a crash may have torn any of them.
  public func discard(after last: UInt64) {
    state.withLock { state in
      state.slots = last + 1
      state.cache = state.cache.filter { $0.key <= last }
    }
  }

  /// Destroys the key of a slot, durably: what it sealed can never be opened again, here.
  ///
  /// - Returns: false when it was forgotten before.
  /// - Throws: `StoreError.keyMissing` when there is no such slot.
  @discardableResult
  public func forget(_ slot: UInt64) throws(StoreError) -> Bool { try !forget([slot]).isEmpty }

  /// Destroys the keys of these slots, durable with one flush.
  ///
  /// A slot that reads as forgotten is overwritten all the same: after a flush that failed, the system's memory may say
  /// forgotten while the disk still holds the key.
  ///
  /// - Returns: those that did not read as forgotten.
  /// - Throws: `StoreError.keyMissing` when there is no such slot; slots before it may have been overwritten.
  @discardableResult
  public func forget(_ slots: [UInt64]) throws(StoreError) -> [UInt64] {
    guard !slots.isEmpty else { return [] }
    return try asStoreError {
      try state.withLock { state in
        var destroyed: [UInt64] = []
        for slot in slots {
          guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
          let offset = Int(slot) * Self.slotBytes
          let mark = try Files.read(state.descriptor, count: 4, at: offset + 60, path)
          state.cache[slot] = .some(nil)
          if mark != Mark.forgotten { destroyed.append(slot) }
          try Files.writeAll(state.descriptor, Self.empty(Mark.forgotten), at: offset, path)
        }
        try flush(state)
        if state.cache.count >= 4096 { state.cache.removeAll() }
        return destroyed
      }
    }
  }

  /// Those of these slots that do not read as forgotten.
  public func unforgotten(_ slots: [UInt64]) throws(StoreError) -> [UInt64] {
    try asStoreError {
      try state.withLock { state in
        try slots.filter { slot in
          guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
          return try Files.read(state.descriptor, count: 4, at: Int(slot) * Self.slotBytes + 60, path) != Mark.forgotten
        }
      }
    }
  }

  /// Seals with the key of a slot, by AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes).
  ///
  /// - Throws: `StoreError.keyClosed` when the key is forgotten or not here.
  public func seal(_ plain: [UInt8], slot: UInt64, additionalData: [UInt8]) throws(StoreError) -> [UInt8] {
    guard let key = try key(slot) else { throw .keyClosed(slot: slot) }
    guard let sealed = key.seal(plain, additionalData: additionalData) else {
      throw .keysDamaged(path: path, slot: slot)
    }
    return sealed
  }

  /// Opens what `seal` gave. A key that is forgotten or not here is no error, but `.closed`.
  public func open(_ sealed: [UInt8], slot: UInt64, additionalData: [UInt8]) throws(StoreError) -> Opened {
    guard let key = try key(slot) else { return .closed }
    return key.open(sealed, additionalData: additionalData).map { .plain($0) } ?? .broken
  }

  /// 16 bytes that tell two messages about a stream apart, and say nothing once its key is destroyed; nil when its key
  /// is forgotten or not here.
  public func digest(_ message: [UInt8], slot: UInt64) throws(StoreError) -> [UInt8]? {
    try digestKey(slot)?.digest(message)
  }

  /// The same for a message that names nobody: it is keyed by the master key, which no erasure destroys.
  public func officeDigest(_ message: [UInt8]) -> [UInt8] {
    state.withLock { $0.master }.digestKey(label: "office command digest").digest(message)
  }

  /// The key of a slot; nil when it was forgotten or is not here.
  ///
  /// - Throws: `StoreError.keyMissing` when there is no such slot, `.keysDamaged` when it cannot be unwrapped.
  public func key(_ slot: UInt64) throws(StoreError) -> SealingKey? {
    try asStoreError { try state.withLock { state in try held(slot, &state)?.key } }
  }

  /// The key of the digests of a slot. It is derived once, since a case's commands come one after the other.
  private func digestKey(_ slot: UInt64) throws(StoreError) -> DigestKey? {
    try asStoreError {
      try state.withLock { state in
        guard let held = try held(slot, &state) else { return nil }
        if let digestKey = held.digestKey { return digestKey }
        let digestKey = held.key.digestKey(label: "command digest")
        state.cache[slot] = Held(key: held.key, digestKey: digestKey)
        return digestKey
      }
    }
  }

  private func held(_ slot: UInt64, _ state: inout State) throws -> Held? {
    if let held = state.cache[slot] { return held }
    // The daemon may have added slots since.
    if isReadOnly, slot >= state.slots { state.slots = try Self.slots(state.descriptor, path) }
    guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
    let held = try read(slot, &state).map { Held(key: $0) }
    // Bounded, so that a replay of a million cases does not keep a million keys.
    if state.cache.count >= 4096 { state.cache.removeAll(keepingCapacity: true) }
    state.cache[slot] = .some(held)
    return held
  }

  private func read(_ slot: UInt64, _ state: inout State) throws -> SealingKey? {
    func here() throws -> SealingKey? {
      let bytes = try Files.read(state.descriptor, count: Self.slotBytes, at: Int(slot) * Self.slotBytes, path)
      return try Self.unwrapped(bytes, slot, by: state.master, path)
    }
    do { return try here() } catch StoreError.keysDamaged where isReadOnly && !Self.isInPlace(state.descriptor, path) {
      // The daemon has put another file in the place of this one and overwrites it, so the new one is read.
      let fresh = try Self.open(directory, isReadOnly: true)
      close(state.descriptor)
      state = fresh
      return try here()
    }
  }

  /// SHA-256(0x02 ‖ key of the slot), against which anybody can check a disclosed key.
  ///
  /// - Throws: `StoreError.keyClosed` when the key is forgotten or not here.
  public func commitment(_ slot: UInt64) throws(StoreError) -> [UInt8] {
    guard let key = try key(slot) else { throw .keyClosed(slot: slot) }
    return key.commitment
  }

  /// The key (32), then nonce (12) and tag (16) of its wrapping, then the mark (4).
  static func wrapped(
    _ key: SealingKey, _ slot: UInt64, _ master: SealingKey, _ path: String
  ) throws(StoreError) -> [UInt8] {
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
    try flush(state)
  }

  private func flush(_ state: State) throws(FileError) {
    if fdatasync(state.descriptor) != 0 { throw Files.failure("fdatasync", path) }
  }
}
