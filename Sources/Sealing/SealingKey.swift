import Crypto
import FoundationEssentials
import Glibc

/// The key that one case's personal parts are sealed with, by AES-256-GCM. It needs no daemon: a client opens the
/// sealed parts of a proved case with a key that was disclosed to it.
public struct SealingKey: Sendable {
  /// In bytes.
  public static let size = 32

  private let key: SymmetricKey

  /// A new key from the system's random numbers.
  public init() { key = SymmetricKey(size: .bits256) }

  /// Nil unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    key = SymmetricKey(data: bytes)
  }

  /// Nil unless there are exactly 32 bytes; no other copy of them is made.
  public init?(copying secret: Slice<UnsafeRawBufferPointer>) {
    guard secret.count == Self.size else { return nil }
    key = SymmetricKey(data: UnsafeRawBufferPointer(rebasing: secret))
  }

  /// The secret itself; for wrapping it under another key, and for disclosing it with the proof of a case.
  public var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

  /// Keeps the page of the secret in memory, so that no swap on a disk ever holds it; for as long as the process lives, because
  /// other secrets may be on the page. False when the system allows no more of it (RLIMIT_MEMLOCK).
  public func lockInMemory() -> Bool {
    key.withUnsafeBytes { bytes in bytes.baseAddress.map { mlock($0, bytes.count) == 0 } ?? false }
  }

  /// SHA-256(0x02 ‖ key). It stands in the event `received`, so that anybody can check a disclosed key against it.
  public var commitment: [UInt8] {
    var hash = SHA256()
    hash.update(data: [2])
    key.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Array(hash.finalize())
  }

  /// The key of this case's digests for a label: by it 16 bytes tell messages apart. Once this key and what was derived
  /// from it are destroyed, not even a guess at a message can be checked by them.
  public func digestKey(label: String) -> DigestKey { DigestKey(of: key, label: label.utf8) }

  /// 16 bytes that name the key and do not give it away: the beginning of SHA-256(label ‖ 0x00 ‖ key).
  public func identifier(label: String) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: Array(label.utf8) + [0])
    key.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Array(hash.finalize().prefix(16))
  }

  /// Nonce (12 bytes, random), ciphertext, tag (16 bytes). Nil when the system cannot seal.
  public func seal(_ plain: [UInt8], additionalData: [UInt8]) -> [UInt8]? {
    guard let combined = try? AES.GCM.seal(plain, using: key, authenticating: additionalData).combined else {
      return nil
    }
    return combined.withUnsafeBytes { [UInt8]($0) }
  }

  /// What `seal` was given; nil when the key or the additional data differ, or the bytes were changed.
  public func open(_ sealed: [UInt8], additionalData: [UInt8]) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed),
      let plain = try? AES.GCM.open(box, using: key, authenticating: additionalData)
    else { return nil }
    return plain.withUnsafeBytes { [UInt8]($0) }
  }
}
