import Crypto
import Glibc

/// HMAC-SHA256 (RFC 2104) by a key of at most 64 bytes, which all keys of this module are: both hashes, when they have
/// taken in the key and nothing else.
///
/// It is `HMAC<SHA256>` of swift-crypto, hash for hash. That one is generic over the hash and over what holds the bytes, and
/// looks both up anew for each part of a message, which takes longer than hashing a command does; and it takes the key in
/// for each message. What is held here tells as much as the key, and is wiped when it goes, as the key is.
struct Authenticator: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  init(_ key: SymmetricKey) {
    inner = key.hash(begunWith: 0x36)
    outer = key.hash(begunWith: 0x5C)
  }

  func code(for message: [UInt8]) -> SHA256Digest {
    var (inner, outer) = (inner, outer)
    message.withUnsafeBytes { inner.update(bufferPointer: $0) }
    inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
    return outer.finalize()
  }
}

extension SymmetricKey {
  func authenticationCode(for message: [UInt8]) -> SHA256Digest { Authenticator(self).code(for: message) }

  /// A hash that has taken the key in, in a block that is filled up with `pad`.
  fileprivate func hash(begunWith pad: UInt8) -> SHA256 {
    var block = InlineArray<64, UInt8>(repeating: pad)
    // What is left on a stack may be written to swap.
    defer {
      withUnsafeMutableBytes(of: &block) { bytes in
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
      }
    }
    withUnsafeBytes { key in
      for (index, byte) in key.enumerated() { block[index] ^= byte }
    }
    var hash = SHA256()
    block.span.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash
  }
}
