import Crypto
import Testing

@testable import Sealing

/// Held against what the RFCs print, and against the HMAC and HKDF of swift-crypto, which share nothing with ours but SHA-256.
@Suite("Keys of digests")
struct DigestKeyTests {
  @Test("a code is the one that RFC 4231 prints", arguments: Vector.rfc4231)
  func publishedCodes(vector: Vector) {
    let code = SymmetricKey(data: vector.key).authenticationCode(for: vector.message)
    #expect(Array(code) == vector.code)
  }

  @Test("a key is derived to the first 32 bytes that RFC 5869 prints", arguments: Vector.rfc5869)
  func publishedKeys(vector: Vector) {
    let derived = DigestKey(of: SymmetricKey(data: vector.key), label: vector.message)
    let message = Array("what is told apart".utf8)
    let peer = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: vector.code))
    #expect(derived.digest(message) == Array(peer.prefix(16)))
  }

  @Test("for a message of each length up to several blocks, by another key each, swift-crypto gives the same digest")
  func peer() throws {
    for length in 0...600 {
      let secret = Array(SHA256.hash(data: Array("key \(length)".utf8)))
      let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length) }
      let label = String(repeating: "ấ", count: length % 50)
      let derived = HKDF<SHA256>.expand(
        pseudoRandomKey: SymmetricKey(data: secret), info: Array(label.utf8), outputByteCount: 32)
      let code = HMAC<SHA256>.authenticationCode(for: message, using: derived)
      let key = try #require(SealingKey(bytes: secret))
      #expect(key.digestKey(label: label).digest(message) == Array(code.prefix(16)), "\(length)")
      let whole = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret))
      #expect(Array(SymmetricKey(data: secret).authenticationCode(for: message)) == Array(whole), "\(length)")
    }
  }

  @Test("a key of every length up to a block gives the code that swift-crypto gives", arguments: 0...64)
  func keyLengths(length: Int) {
    let key = SymmetricKey(data: (0..<length).map { UInt8($0) })
    let message = Array("Nguyễn Thị Hoa".utf8)
    #expect(
      Array(key.authenticationCode(for: message)) == Array(HMAC<SHA256>.authenticationCode(for: message, using: key)))
  }
}

/// A key, a message and their code; for HKDF the pseudo-random key, the info and what it expands to.
struct Vector: Sendable {
  let key: [UInt8]
  let message: [UInt8]
  let code: [UInt8]

  init(_ key: [UInt8], _ message: [UInt8], _ code: String) {
    (self.key, self.message, self.code) = (key, message, Self.bytes(code))
  }

  /// The test cases of RFC 4231, section 4, whose keys are no longer than a block.
  static let rfc4231 = [
    Vector(
      [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    Vector(
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    Vector(
      [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    Vector(
      [UInt8](1...25), [UInt8](repeating: 0xCD, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
  ]

  /// The test cases 1 and 3 of RFC 5869, appendix A.
  static let rfc5869 = [
    Vector(
      bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"), [UInt8](0xF0...0xF9),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"),
    Vector(
      bytes("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"), [],
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"),
  ]

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue).map { UInt8($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
