import MerkleTree
import Testing

/// The key, the text and the note are the published example of the reference implementation of signed notes.
@Suite("Signed notes")
struct SignedNoteTests {
  static let name = "PeterNeumann"
  static let verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  /// The private key of the example without its leading type byte, which must be 0x01.
  static let seed = Hash(base64: "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=")?.bytes ?? []
  static let text = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    """
  static let signature =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
  static let note = "\(text)\n\(signature)"
  static let malformed: [(String, SignedNoteError)] = [
    ("", SignedNoteError.missingSignatures),
    (text, .missingSignatures),
    (text + "\n", .missingSignatures),
    ("\(text)\(signature)", .missingSignatures),
    (String(note.dropLast()), .missingSignatures),
    (note + "\n", .missingSignatures),
    (note + "more\n", .malformedSignature(line: 2)),
    (text + "\n-\(signature.dropFirst())", .malformedSignature(line: 1)),
    (text + "\n— PeterNeumann\n", .malformedSignature(line: 1)),
    (text + "\n— PeterNeumann x08gow==\n", .malformedSignature(line: 1)),
    (text + "\n— Peter Neumann x08go/ZJ\n", .malformedSignature(line: 1)),
    (text + "\n— PeterNeumann x08go/Z\n", .malformedSignature(line: 1)),
    ("tab\t\n\n\(signature)", .malformedText),
    (text + "\n" + String(repeating: signature, count: 101), .tooManySignatures),
  ]

  @Test("the published note verifies with the published key")
  func published() throws {
    let key = try NoteVerifierKey(parsing: Self.verifier)
    #expect(key.name == Self.name)
    #expect(key.keyID == 0xc74f_20a3)
    #expect(key.description == Self.verifier)
    let note = try SignedNote(parsing: Self.note)
    #expect(note.text == Self.text)
    #expect(note.description == Self.note)
    #expect(try note.verify(with: [key]) == [key])
  }

  @Test("the published private key signs the published note, byte for byte")
  func reproduced() throws {
    let key = try NoteSigningKey(name: Self.name, seed: Self.seed)
    #expect(key.verifierKey.description == Self.verifier)
    #expect(try SignedNote(text: Self.text, signedBy: [key]).description == Self.note)
  }

  @Test("any byte of the text altered is an invalid signature")
  func alteredText() throws {
    let key = try NoteVerifierKey(parsing: Self.verifier)
    for index in 0..<Self.text.utf8.count - 1 {
      var altered = Array(Self.text.utf8)
      altered[index] = UInt8(ascii: "~")
      let text = String(decoding: altered, as: UTF8.self)
      let note = try SignedNote(parsing: "\(text)\n\(Self.signature)")
      #expect(throws: SignedNoteError.invalidSignature(name: Self.name)) { try note.verify(with: [key]) }
    }
  }

  @Test("any character of the published key altered, or any piece of it alone, is refused")
  func alteredKey() {
    let key = Array(Self.verifier.utf8)
    for index in key.indices {
      var altered = key
      altered[index] += 1
      #expect(throws: SignedNoteError.self) { try NoteVerifierKey(parsing: String(decoding: altered, as: UTF8.self)) }
      #expect(throws: SignedNoteError.self) {
        try NoteVerifierKey(parsing: String(decoding: key[..<index], as: UTF8.self))
      }
    }
    // A key of the wrong length and one of an unknown type, each with the key id that would be theirs.
    for text in [
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
      #expect(throws: SignedNoteError.malformedKey(text)) { try NoteVerifierKey(parsing: text) }
    }
  }

  @Test("notes of two keys verify with either, other signatures are ignored, and none trusted is an error")
  func severalKeys() throws {
    let one = try NoteSigningKey(name: "one.example")
    let two = try NoteSigningKey(name: "two.example", seed: [UInt8](repeating: 2, count: 32))
    let stranger = try NoteSigningKey(name: "one.example")
    let note = try SignedNote(parsing: SignedNote(text: "hello\n\nworld\n", signedBy: [one, two]).description)
    #expect(note.text == "hello\n\nworld\n")
    #expect(note.signatures.map(\.name) == ["one.example", "two.example"])
    #expect(try note.verify(with: [two.verifierKey]) == [two.verifierKey])
    #expect(try note.verify(with: [two.verifierKey, one.verifierKey]) == [one.verifierKey, two.verifierKey])
    #expect(throws: SignedNoteError.noTrustedSignature) { try note.verify(with: [stranger.verifierKey]) }
    #expect(throws: SignedNoteError.noTrustedSignature) { try note.verify(with: []) }
  }

  @Test("a good signature does not excuse a forged one of another trusted key")
  func oneForged() throws {
    let one = try NoteSigningKey(name: "one.example")
    let two = try NoteSigningKey(name: "two.example")
    let good = try SignedNote(text: "hello\n", signedBy: [one]).description
    let forged = try SignedNote(text: "other\n", signedBy: [two]).description.split(separator: "\n\n")[1]
    let note = try SignedNote(parsing: good + forged)
    #expect(throws: SignedNoteError.invalidSignature(name: "two.example")) {
      try note.verify(with: [one.verifierKey, two.verifierKey])
    }
  }

  @Test("a key of the same seed signs the same, and is not shown when printed")
  func seed() throws {
    let key = try NoteSigningKey(name: "desk.example")
    let again = try NoteSigningKey(name: "desk.example", seed: key.seed)
    let note = try SignedNote(text: "hello\n", signedBy: [key])
    #expect(try SignedNote(text: "hello\n", signedBy: [again]) == note)
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains("privateKey") && !dumped.contains("PrivateKey"))
    #expect("\(key)" == key.verifierKey.description)
    #expect(throws: SignedNoteError.malformedKey("desk.example")) {
      try NoteSigningKey(name: "desk.example", seed: [1])
    }
  }

  @Test(
    "names with spaces of any script, plus signs or nothing are refused", arguments: ["", "a b", "a+b", "a\u{3000}b"])
  func names(name: String) {
    #expect(throws: SignedNoteError.malformedKeyName(name)) { try NoteSigningKey(name: name) }
  }

  @Test("a note that is not exactly one is refused", arguments: malformed)
  func strict(note: String, expected: SignedNoteError) {
    #expect(throws: expected) { try SignedNote(parsing: note) }
  }

  @Test("a text without its last newline cannot be signed")
  func unterminatedText() throws {
    let key = try NoteSigningKey(name: "desk.example")
    for text in ["", "hello", "a\r\n"] {
      #expect(throws: SignedNoteError.malformedText) { try SignedNote(text: text, signedBy: [key]) }
    }
  }
}
