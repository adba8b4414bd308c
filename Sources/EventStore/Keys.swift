import Crypto
import Glibc
import Synchronization

import struct FoundationEssentials.Data

/// The keys that open the sealed parts of the ledger: a flat file of 64-byte slots, one for each case, each key wrapped
/// by the master key.
///
/// A slot is made durable before it is used, 1,024 ahead, so that no event is ever sealed with a key that a crash can
/// lose.
public final class Keys: Sendable {
  static let slotBytes = 64
  static let ahead: UInt64 = 1024
  private static let header = Array("motcua keys 1\n".utf8)
  private static let inUse: [UInt8] = [0x4B, 0x31, 0, 0]

  private struct State {
    var slots: UInt64
    var cache: [UInt64: SymmetricKey] = [:]
  }

  private let master: SymmetricKey
  private let digestKey: SymmetricKey
  private let path: String
  private let descriptor: Int32
  private let state: Mutex<State>

  /// Makes the directory with a new master key; an interrupted creation is taken up where it stopped.
  static func create(_ directory: String) throws {
    try Files.makeDirectory(directory)
    if try Files.contents(directory + "/master")?.count != 32 {
      let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
      try Files.replace(directory + "/master", with: key)
    }
    if !Files.exists(directory + "/slots") {
      try Files.replace(directory + "/slots", with: header + Array(repeating: 0, count: slotBytes - header.count))
    }
    try Files.sync(directory)
    try Files.sync(Files.parent(of: directory))
  }

  init(_ directory: String) throws {
    guard let key = try Files.contents(directory + "/master") else {
      throw StoreError.masterKeyMissing(path: directory + "/master")
    }
    path = directory + "/slots"
    guard key.count == 32 else { throw StoreError.keysDamaged(path: directory + "/master", slot: 0) }
    master = SymmetricKey(data: key)
    digestKey = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: master, info: Array("command digest".utf8), outputByteCount: 32)
    descriptor = try Files.open(path, O_RDWR)
    let start = try Files.read(descriptor, count: Self.header.count, at: 0, path)
    guard start == Self.header else {
      close(descriptor)
      throw StoreError.keysDamaged(path: path, slot: 0)
    }
    do {
      state = Mutex(State(slots: try Self.slots(descriptor, path)))
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

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
    try asStoreError {
      try state.withLock { state in
        guard last >= state.slots else { return }
        let end = last + 1 + Self.ahead
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(end - state.slots) * Self.slotBytes)
        for slot in state.slots..<end { bytes += try wrapped(SymmetricKey(size: .bits256), slot) }
        try Files.writeAll(descriptor, bytes, at: Int(state.slots) * Self.slotBytes, path)
        if fdatasync(descriptor) != 0 { throw Files.failure("fdatasync", path) }
        state.slots = end
      }
    }
  }

  /// Throws `StoreError.keyMissing` when the file ends before the slot; whether its key opens is not asked.
  public func require(_ slot: UInt64) throws(StoreError) {
    guard state.withLock({ slot < $0.slots }) else { throw .keyMissing(slot: slot) }
  }

  /// Makes the slots after `last` again before they are used: none of them was, and a crash may have torn any of them.
  public func forget(after last: UInt64) { state.withLock { $0.slots = last + 1 } }

  /// AES-256-GCM: nonce (12), ciphertext, tag (16).
  public func seal(_ plain: [UInt8], slot: UInt64, additionalData: [UInt8]) throws(StoreError) -> [UInt8] {
    let key = try key(slot)
    guard let combined = try? AES.GCM.seal(plain, using: key, authenticating: additionalData).combined else {
      throw .keysDamaged(path: path, slot: slot)
    }
    return [UInt8](combined)
  }

  /// Nil when what is sealed does not open with the key of the slot.
  public func open(_ sealed: [UInt8], slot: UInt64, additionalData: [UInt8]) throws(StoreError) -> [UInt8]? {
    let key = try key(slot)
    guard let box = try? AES.GCM.SealedBox(combined: sealed),
      let plain = try? AES.GCM.open(box, using: key, authenticating: additionalData)
    else { return nil }
    return [UInt8](plain)
  }

  /// SHA-256 of the byte 2 and the key of the slot, so that a disclosed key proves itself.
  public func commitment(_ slot: UInt64) throws(StoreError) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: [2])
    try key(slot).withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Array(hash.finalize())
  }

  /// 16 bytes that tell commands apart without giving away what they say.
  public func digest(_ message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: digestKey).prefix(16))
  }

  private func key(_ slot: UInt64) throws(StoreError) -> SymmetricKey {
    try asStoreError {
      try state.withLock { state in
        if let key = state.cache[slot] { return key }
        guard slot > 0, slot < state.slots else { throw StoreError.keyMissing(slot: slot) }
        let bytes = try Files.read(descriptor, count: Self.slotBytes, at: Int(slot) * Self.slotBytes, path)
        guard bytes.count == Self.slotBytes, Array(bytes[60...]) == Self.inUse,
          let box = try? AES.GCM.SealedBox(
            nonce: AES.GCM.Nonce(data: bytes[32..<44]), ciphertext: bytes[0..<32], tag: bytes[44..<60]),
          let plain = try? AES.GCM.open(box, using: master, authenticating: bigEndian(slot))
        else { throw StoreError.keysDamaged(path: path, slot: slot) }
        let key = SymmetricKey(data: plain)
        // Bounded, so that a replay of a million cases does not keep a million keys.
        if state.cache.count >= 4096 { state.cache.removeAll(keepingCapacity: true) }
        state.cache[slot] = key
        return key
      }
    }
  }

  private func wrapped(_ key: SymmetricKey, _ slot: UInt64) throws -> [UInt8] {
    let plain = key.withUnsafeBytes { Array($0) }
    let box = try AES.GCM.seal(plain, using: master, authenticating: bigEndian(slot))
    return Array(box.ciphertext) + Array(box.nonce) + Array(box.tag) + Self.inUse
  }
}
