import MerkleTree
import Testing

/// The key is the published example of the reference implementation of signed notes.
@Suite("The stored form of a signing key")
struct SigningKeyTextTests {
  static let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"

  @Test("the published signing key reads and prints the same, and has the published public half")
  func published() throws {
    let key = try NoteSigningKey(parsing: Self.text)
    #expect(key.storedText == Self.text)
    #expect(key.verifierKey.description == SignedNoteTests.verifier)
    #expect(try SignedNote(text: SignedNoteTests.text, signedBy: [key]).description == SignedNoteTests.note)
  }

  @Test("a new key comes back from its text")
  func roundTrip() throws {
    let key = try NoteSigningKey(name: "motcua/H56.26.07")
    #expect(try NoteSigningKey(parsing: key.storedText).verifierKey == key.verifierKey)
  }

  @Test("any character altered, left out or added is refused, and the error does not repeat the secret")
  func altered() {
    let bytes = Array(Self.text.utf8)
    var texts = ["", Self.text + "\n", " " + Self.text, Self.text + "=", SignedNoteTests.verifier]
    for index in bytes.indices {
      var changed = bytes
      changed[index] = changed[index] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
      texts.append(String(decoding: changed, as: UTF8.self))
      changed = bytes
      changed.remove(at: index)
      texts.append(String(decoding: changed, as: UTF8.self))
    }
    for text in texts {
      #expect(throws: SignedNoteError.malformedSigningKey) { try NoteSigningKey(parsing: text) }
    }
    #expect(!SignedNoteError.malformedSigningKey.description.contains("AYEK"))
  }

  @Test("printing a key shows its public half only")
  func printed() throws {
    let key = try NoteSigningKey(parsing: Self.text)
    #expect("\(key)" == SignedNoteTests.verifier)
    #expect(!String(reflecting: key).contains("AYEK"))
  }
}
