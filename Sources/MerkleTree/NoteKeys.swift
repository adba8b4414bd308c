import Crypto

/// What everybody may know of a signer: its name and its Ed25519 public key.
public struct NoteVerifierKey: Hashable, Sendable, CustomStringConvertible {
  static let ed25519: UInt8 = 0x01

  public let name: String
  /// The 32 bytes of RFC 8032.
  public let publicKey: [UInt8]
  /// The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key).
  public let keyID: UInt32

  /// Throws `.malformedKeyName`, and `.malformedKey` unless the key has 32 bytes.
  public init(name: String, publicKey: [UInt8]) throws(SignedNoteError) {
    guard NoteText.isKeyName(name) else { throw .malformedKeyName(name) }
    guard publicKey.count == 32 else { throw .malformedKey(name) }
    self.name = name
    self.publicKey = publicKey
    let identity = Array(name.utf8) + [NoteText.newline, Self.ed25519] + publicKey
    keyID = UInt32(bigEndianBytes: Array(SHA256.hash(data: identity)).prefix(4))
  }

  /// Reads “name+hex+base64”; throws `.malformedKey` when the parts do not agree with each other.
  public init(parsing text: String) throws(SignedNoteError) {
    // The base64 may have plus signs of its own, the name has none.
    let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3, let content = Base64.decode(parts[2]), content.first == Self.ed25519 else {
      throw .malformedKey(text)
    }
    guard let key = try? NoteVerifierKey(name: parts[0], publicKey: Array(content.dropFirst())),
      key.description == text
    else { throw .malformedKey(text) }
    self = key
  }

  /// The form to publish: name, key id in eight hexadecimal digits and base64(0x01 ‖ public key), joined by plus signs.
  public var description: String {
    "\(name)+\(Hex.encode(keyID.bigEndianBytes))+\(Base64.encode([Self.ed25519] + publicKey))"
  }

  func isValid(_ signature: [UInt8], for text: String) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: Array(text.utf8))
  }
}

/// What a signer keeps to itself. Printed, it shows its public part only.
public struct NoteSigningKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let key: Curve25519.Signing.PrivateKey
  public let verifierKey: NoteVerifierKey

  /// A new key from the system's random numbers. Throws `.malformedKeyName`.
  public init(name: String) throws(SignedNoteError) {
    try self.init(name: name, key: Curve25519.Signing.PrivateKey())
  }

  /// The key of a seed of 32 bytes, as RFC 8032 has it. Throws `.malformedKeyName` and `.malformedKey`.
  public init(name: String, seed: [UInt8]) throws(SignedNoteError) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { throw .malformedKey(name) }
    try self.init(name: name, key: key)
  }

  private init(name: String, key: Curve25519.Signing.PrivateKey) throws(SignedNoteError) {
    self.key = key
    verifierKey = try NoteVerifierKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
  }

  public var name: String { verifierKey.name }
  /// The secret itself, 32 bytes; for storing it and nothing else.
  public var seed: [UInt8] { Array(key.rawRepresentation) }
  public var description: String { verifierKey.description }
  public var customMirror: Mirror { Mirror(self, children: ["verifierKey": verifierKey]) }

  func sign(_ text: String) throws(SignedNoteError) -> [UInt8] {
    guard let signature = try? key.signature(for: Array(text.utf8)) else { throw .signingFailed }
    return Array(signature)
  }
}

extension UInt32 {
  init(bigEndianBytes bytes: some Sequence<UInt8>) {
    self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  var bigEndianBytes: [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}
