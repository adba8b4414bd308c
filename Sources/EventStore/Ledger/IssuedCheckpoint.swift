public import MerkleTree

/// A signed tree head of this ledger, as it was issued.
public struct IssuedCheckpoint: Hashable, Sendable {
  public let checkpoint: Checkpoint
  /// The signed note, as it was handed out.
  public let note: String
  public let verifierKey: NoteVerifierKey

  /// Signs the head of a ledger under the name of the key.
  ///
  /// - Parameter predecessor: what the checkpoint says that it follows.
  /// - Throws: `CheckpointError` or `SignedNoteError`.
  public init(of head: Frontier, signedBy key: NoteSigningKey, following predecessor: Predecessor? = nil) throws {
    checkpoint = try Checkpoint(
      origin: key.name, size: head.size, root: head.root,
      extensionLines: predecessor.map { [$0.extensionLine] } ?? [])
    note = try SignedNote(text: checkpoint.text, signedBy: [key]).description
    verifierKey = key.verifierKey
  }

  /// Reads what `kept` gives, and verifies the signature.
  ///
  /// - Throws: `SignedNoteError` for the key, the note or its signature, `CheckpointError` for the text.
  public init(kept text: String) throws {
    let bytes = Array(text.utf8)
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    verifierKey = try NoteVerifierKey(parsing: String(decoding: bytes[..<end], as: UTF8.self))
    note = String(decoding: bytes[end...].dropFirst(), as: UTF8.self)
    let signed = try SignedNote(parsing: note)
    try signed.verify(with: [verifierKey])
    checkpoint = try Checkpoint(text: signed.text)
  }

  /// As the ledger keeps it: the verifier key, a newline, the note.
  public var kept: String { "\(verifierKey)\n\(note)" }
}
