/// The text in which a signing key is stored: that of Go's `golang.org/x/mod/sumdb/note`, because C2SP names none.
extension NoteSigningKey {
  private static let prefix = "PRIVATE+KEY+"

  /// Reads “PRIVATE+KEY+name+hex+base64”; throws `.malformedSigningKey` for anything else.
  ///
  /// There is one text per key: what `storedText` gives, and nothing else, with no line end.
  public init(parsing text: String) throws(SignedNoteError) {
    // The base64 may have plus signs of its own, the name has none.
    let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 4, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 5, let content = Base64.decode(parts[4]), content.first == NoteVerifierKey.ed25519,
      let key = try? NoteSigningKey(name: parts[2], seed: Array(content.dropFirst())),
      key.storedText.utf8.elementsEqual(text.utf8)
    else { throw .malformedSigningKey }
    self = key
  }

  /// The secret as it is stored: name, key id in eight hexadecimal digits and base64(0x01 ‖ seed).
  public var storedText: String {
    let keyID = Hex.encode(verifierKey.keyID.bigEndianBytes)
    return "\(Self.prefix)\(name)+\(keyID)+\(Base64.encode([NoteVerifierKey.ed25519] + seed))"
  }
}
