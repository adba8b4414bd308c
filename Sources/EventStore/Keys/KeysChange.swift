import Glibc
import Sealing

/// Puts other keys in the place of those that are there: master key and slots, or slots alone.
///
/// The rename of `slots` decides: before it the old keys are in force, after it the new ones. Until then the new master
/// key lies beside the old one as `master.new`, and the slots say which of the two is theirs. Replaced files are
/// overwritten before they are removed, because each key in them opens a case that may be erased later. For that the
/// old slots have a second name, `slots.old`, by which they are found again after a crash.
struct KeysChange {
  let directory: String

  private var master: String { directory + "/master" }
  private var newMaster: String { directory + "/master.new" }
  private var slots: String { directory + "/slots" }
  private var newSlots: String { directory + "/slots.new" }
  private var oldSlots: String { directory + "/slots.old" }

  /// - Parameters:
  ///   - key: nil to keep the master key that is there, by which the slots are wrapped then.
  ///   - write: hands over everything after slot 0, in parts.
  func install(_ key: SealingKey?, _ write: (_ put: ([UInt8]) throws -> Void) throws -> Void) throws {
    try settle()
    guard let header = try (key ?? Self.read(master)).map({ KeysHeader(of: $0) }) else {
      throw StoreError.masterKeyMissing(path: master)
    }
    if let key { try put(newMaster, key.bytes) }
    try put(newSlots, header.bytes, write)
    try removeOldSlots()
    if Files.exists(slots), link(slots, oldSlots) != 0 { throw Files.failure("link", oldSlots) }
    // The new names must be on the disk first: otherwise a crash could leave the new slots without their master key.
    try Files.sync(directory)
    if rename(newSlots, slots) != 0 { throw Files.failure("rename", slots) }
    try settle()
  }

  /// Finishes or takes back a change that was broken off; without slots there is nothing to do.
  ///
  /// - Returns: whether there was such a change.
  @discardableResult
  func settle() throws -> Bool {
    let left = [newMaster, newSlots, oldSlots].filter { Files.exists($0) }
    guard !left.isEmpty, let header = try header() else { return false }
    // The names that are seen here may not be on the disk yet. Without this flush, a crash could bring files back into
    // use that are overwritten below.
    try Files.sync(directory)
    if try Self.read(master).map({ header.fits($0) }) ?? false {
      try Overwriting.remove(newMaster)
    } else if try Self.read(newMaster).map({ header.fits($0) }) ?? false {
      try overwriteOldMaster()
      if rename(newMaster, master) != 0 { throw Files.failure("rename", master) }
      try Files.sync(directory)
    } else {
      // Neither master key fits the slots, so nothing is thrown away that somebody may still need.
      return false
    }
    try Overwriting.remove(newSlots)
    try removeOldSlots()
    return true
  }

  private func removeOldSlots() throws {
    guard Self.isSameFile(slots, oldSlots) else { return try Overwriting.remove(oldSlots) }
    if unlink(oldSlots) != 0 { throw Files.failure("unlink", oldSlots) }
    try Files.sync(directory)
  }

  /// The master key of the slots, wherever a change that was broken off has left it; nil when there is none.
  func currentMaster(_ header: KeysHeader) throws -> SealingKey? {
    for path in [master, newMaster] {
      if let key = try Self.read(path), header.fits(key) { return key }
      if header.isVersion1 { return nil }
    }
    return nil
  }

  /// Nil when there are no slots.
  private func header() throws -> KeysHeader? {
    guard Files.exists(slots) else { return nil }
    let descriptor = try Files.open(slots, O_RDONLY)
    defer { close(descriptor) }
    return KeysHeader(try Files.read(descriptor, count: Keys.slotBytes, at: 0, slots))
  }

  private func overwriteOldMaster() throws {
    guard Files.exists(master) else { return }
    let descriptor = try Files.open(master, O_WRONLY | O_NOFOLLOW)
    defer { close(descriptor) }
    try Overwriting.fill(descriptor, master)
  }

  private func put(
    _ path: String, _ start: [UInt8], _ rest: (_ put: ([UInt8]) throws -> Void) throws -> Void = { _ in }
  ) throws {
    let descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    defer { close(descriptor) }
    try Files.writeAll(descriptor, start, at: 0, path)
    var end = start.count
    try rest { part in
      try Files.writeAll(descriptor, part, at: end, path)
      end += part.count
    }
    if fsync(descriptor) != 0 { throw Files.failure("fsync", path) }
  }

  private static func read(_ path: String) throws -> SealingKey? {
    guard Files.exists(path) else { return nil }
    let descriptor = try Files.open(path, O_RDONLY)
    defer { close(descriptor) }
    // One more than a key has, so that a longer file is none. Wiped, because what is freed may be written to swap.
    var bytes = [UInt8](repeating: 0, count: SealingKey.size + 1)
    return try bytes.withUnsafeMutableBytes { bytes in
      defer { if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) } }
      let count = pread(descriptor, bytes.baseAddress, bytes.count, 0)
      if count < 0 { throw Files.failure("read", path) }
      return SealingKey(copying: UnsafeRawBufferPointer(bytes)[..<count])
    }
  }

  private static func isSameFile(_ one: String, _ other: String) -> Bool {
    var (left, right) = (stat(), stat())
    return stat(one, &left) == 0 && lstat(other, &right) == 0 && left.st_ino == right.st_ino
      && left.st_dev == right.st_dev
  }
}
