import MerkleTree
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

  @Test("the example of the specification reads and prints the same")
  func example() throws {
    let text = "example.com/behind-the-sofa\n20852163\n\(Self.root)\n"
    let checkpoint = try Checkpoint(text: text)
    #expect(checkpoint.origin == "example.com/behind-the-sofa")
    #expect(checkpoint.size == 20_852_163)
    #expect(checkpoint.root.base64 == Self.root)
    #expect(checkpoint.extensionLines == [])
    #expect(checkpoint.text == text)
  }

  @Test("the empty tree, the largest size and extension lines read and print the same")
  func edges() throws {
    for text in ["o\n0\n\(Self.root)\n", "o\n18446744073709551615\n\(Self.root)\nmore\nand more\n"] {
      #expect(try Checkpoint(text: text).text == text)
    }
  }

  @Test(
    "a text that is not exactly a checkpoint is refused, with the line that is wrong",
    arguments: [
      ("", CheckpointError.unterminated),
      ("o\n1\n\(root)", .unterminated),
      ("o\n1\n", .missingLines(found: 2)),
      ("\n1\n\(root)\n", .malformedOrigin("")),
      ("o\t\n1\n\(root)\n", .malformedOrigin("o\t")),
      ("o\n01\n\(root)\n", .malformedSize("01")),
      ("o\n+1\n\(root)\n", .malformedSize("+1")),
      ("o\n-1\n\(root)\n", .malformedSize("-1")),
      ("o\n\n\(root)\n", .malformedSize("")),
      ("o\n18446744073709551616\n\(root)\n", .malformedSize("18446744073709551616")),
      ("o\r\n1\n\(root)\n", .malformedOrigin("o\r")),
      ("o\n1\nAAAA\n", .malformedRoot("AAAA")),
      ("o\n1\n\(root) \n", .malformedRoot("\(root) ")),
      ("o\n1\n\(root)\n\n", .malformedExtension(line: 4)),
      ("o\n1\n\(root)\nx\n\u{1}\n", .malformedExtension(line: 5)),
    ])
  func strict(text: String, expected: CheckpointError) {
    #expect(throws: expected) { try Checkpoint(text: text) }
  }

  @Test("an origin or an extension that would not read back is refused")
  func unwritable() throws {
    let root = MerkleTree.emptyRoot
    #expect(throws: CheckpointError.malformedOrigin("a\nb")) { try Checkpoint(origin: "a\nb", size: 0, root: root) }
    #expect(throws: CheckpointError.malformedExtension(line: 5)) {
      try Checkpoint(origin: "o", size: 0, root: root, extensionLines: ["x", ""])
    }
  }

  @Test("a checkpoint is signed, published, read and verified")
  func signedCheckpoint() throws {
    let key = try NoteSigningKey(name: "desk.example/ledger")
    var frontier = Frontier()
    for leaf in leaves(5) { frontier.append(leaf) }
    let checkpoint = try Checkpoint(origin: key.name, size: frontier.size, root: frontier.root)
    let published = try SignedNote(text: checkpoint.text, signedBy: [key]).description

    let note = try SignedNote(parsing: published)
    try note.verify(with: [key.verifierKey])
    #expect(try Checkpoint(text: note.text) == checkpoint)
  }
}
