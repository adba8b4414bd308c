/// What is wrong with a note, a key or a signature.
public enum SignedNoteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text does not end in a newline or has a control character other than newlines.
  case malformedText
  /// There is no empty line, followed by signature lines to the end.
  case missingSignatures
  /// A signature line, counted from 1, is not “— name base64”.
  case malformedSignature(line: Int)
  /// More signatures than `SignedNote.signaturesMaximum`.
  case tooManySignatures
  /// A key name is empty or has a space, a plus sign or a control character.
  case malformedKeyName(String)
  /// The text is not “name+hex+base64”, or its key is not one of Ed25519 with the key id of that name.
  case malformedKey(String)
  /// The text is not a signing key. It may be most of one, so that it is not repeated here.
  case malformedSigningKey
  /// A signature by a key that we trust is not of this text: the note is forged or altered.
  case invalidSignature(name: String)
  /// None of the signatures is by a key that we trust.
  case noTrustedSignature
  /// The system could not sign.
  case signingFailed

  public var description: String {
    switch self {
    case .malformedText: "the text does not end in a newline, or has a control character"
    case .missingSignatures: "the note has no signatures after an empty line"
    case .malformedSignature(let line): "signature \(line) is not “— name base64”"
    case .tooManySignatures: "the note has more than \(SignedNote.signaturesMaximum) signatures"
    case .malformedKeyName(let name):
      "the key name “\(name)” is empty or has a space, a plus or a control character"
    case .malformedKey(let text): "“\(text)” is not an Ed25519 key of the form name+hex+base64"
    case .malformedSigningKey: "the text is not an Ed25519 signing key of the form PRIVATE+KEY+name+hex+base64"
    case .invalidSignature(let name): "the signature of \(name) is not of this text; do not trust the note"
    case .noTrustedSignature: "no signature of the note is by a trusted key"
    case .signingFailed: "the text could not be signed"
    }
  }
}

/// A line under a note: who signed, with which key, and the signature.
public struct NoteSignature: Hashable, Sendable {
  public let name: String
  /// The number that tells keys of one name apart: the first four bytes of the signature line's base64.
  public let keyID: UInt32
  /// For Ed25519, the 64 bytes of RFC 8032.
  public let signature: [UInt8]
}

/// A text signed by one key or more, in the form of C2SP signed-note; the text is worth nothing until `verify` says so.
public struct SignedNote: Hashable, Sendable, CustomStringConvertible {
  /// How many signatures are read at most, so that a stranger's note costs little.
  public static let signaturesMaximum = 100
  private static let dash = "— "

  /// The text that is signed; it ends in a newline.
  public let text: String
  public private(set) var signatures: [NoteSignature]

  /// The text signed by the keys, in order. Throws `.malformedText`, and what `sign` throws.
  public init(text: String, signedBy keys: [NoteSigningKey]) throws(SignedNoteError) {
    guard text.utf8.last == NoteText.newline, !NoteText.hasControlCharacter(text) else { throw .malformedText }
    self.text = text
    self.signatures = []
    for key in keys { try sign(with: key) }
  }

  /// Reads a note as `description` gives it; it checks the format only, `verify` checks the signatures.
  ///
  /// Throws `.malformedText`, `.missingSignatures`, `.tooManySignatures` and `.malformedSignature`.
  public init(parsing note: String) throws(SignedNoteError) {
    guard !NoteText.hasControlCharacter(note) else { throw .malformedText }
    let bytes = Array(note.utf8)
    // The text may have empty lines of its own, so that only the last one separates.
    let separator = bytes.indices.dropFirst().last {
      bytes[$0] == NoteText.newline && bytes[$0 - 1] == NoteText.newline
    }
    guard let separator, let lines = NoteText.lines(bytes[(separator + 1)...]) else { throw .missingSignatures }
    guard lines.count <= Self.signaturesMaximum else { throw .tooManySignatures }
    text = String(decoding: bytes[..<separator], as: UTF8.self)
    signatures = []
    for (index, line) in lines.enumerated() {
      guard let signature = NoteSignature(line: line, dash: Self.dash) else {
        throw .malformedSignature(line: index + 1)
      }
      signatures.append(signature)
    }
  }

  /// Adds the signature of one more key. Throws `.tooManySignatures` and `.signingFailed`.
  public mutating func sign(with key: NoteSigningKey) throws(SignedNoteError) {
    guard signatures.count < Self.signaturesMaximum else { throw .tooManySignatures }
    signatures.append(
      NoteSignature(name: key.name, keyID: key.verifierKey.keyID, signature: try key.sign(text)))
  }

  /// The keys, out of those that we trust, that signed the text. Signatures of other keys are ignored.
  ///
  /// Throws `.invalidSignature` when a trusted key's does not fit the text and `.noTrustedSignature` when there is
  /// none.
  @discardableResult
  public func verify(with trusted: [NoteVerifierKey]) throws(SignedNoteError) -> [NoteVerifierKey] {
    var signers: [NoteVerifierKey] = []
    for signature in signatures {
      let candidates = trusted.filter { $0.keyID == signature.keyID && $0.name.hasSameBytes(as: signature.name) }
      guard !candidates.isEmpty else { continue }
      guard let signer = candidates.first(where: { $0.isValid(signature.signature, for: text) }) else {
        throw .invalidSignature(name: signature.name)
      }
      if !signers.contains(signer) { signers.append(signer) }
    }
    guard !signers.isEmpty else { throw .noTrustedSignature }
    return signers
  }

  /// The text, an empty line, and a line per signature.
  public var description: String {
    text + "\n" + signatures.map { "\(Self.dash)\($0.name) \(Base64.encode($0.encoded))\n" }.joined()
  }
}

extension NoteSignature {
  fileprivate init?(line: String, dash: String) {
    let bytes = Array(line.utf8)
    guard bytes.starts(with: dash.utf8) else { return nil }
    let parts = bytes.dropFirst(dash.utf8.count)
      .split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 2, NoteText.isKeyName(parts[0]) else { return nil }
    guard let content = Base64.decode(parts[1]), content.count > 4 else { return nil }
    name = parts[0]
    keyID = UInt32(bigEndianBytes: content.prefix(4))
    signature = Array(content.dropFirst(4))
  }

  fileprivate var encoded: [UInt8] { keyID.bigEndianBytes + signature }
}

extension String {
  // Swift's own comparison takes different bytes for the same text, and a key name must not.
  fileprivate func hasSameBytes(as other: String) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}
