import MerkleTree
import Testing

@Suite("Whom a checkpoint follows")
struct PredecessorTests {
  private static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

  @Test("a head and an unknown end read and print the same, among lines that say something else")
  func lines() throws {
    let key = try NoteSigningKey(name: "motcua/H56.26.07").verifierKey
    let root = try #require(Hash(base64: Self.root))
    for predecessor in [Predecessor.unknown, .head(key: key, size: 4, root: root)] {
      let line = predecessor.extensionLine
      #expect(Predecessor(extensionLine: line) == predecessor)
      let text = "o\n5\n\(Self.root)\nsomething else\n\(line)\n"
      let checkpoint = try Checkpoint(text: text)
      #expect(checkpoint.predecessor == predecessor && checkpoint.text == text)
    }
    #expect(try Checkpoint(text: "o\n5\n\(Self.root)\nsomething else\n").predecessor == nil)
  }

  @Test(
    "a line that is not exactly one says nothing",
    arguments: [
      "follows", "follows  unknown", "follows unknown ", "Follows unknown", "follows somebody", "follows KEY 4 \(root)",
      "follows KEY 04 \(root) ", "follows KEY 4", "follows KEY -4 \(root)", "follows KEY 4 AAAA",
      "follows o+1+a 4 \(root)",
    ])
  func malformed(line: String) throws {
    let key = try NoteSigningKey(name: "o").verifierKey
    let line = line == "follows KEY 4 \(Self.root)" ? "follows KEY 4 \(Self.root) more" : line
    #expect(Predecessor(extensionLine: line.replacing("KEY", with: "\(key)")) == nil)
  }
}
