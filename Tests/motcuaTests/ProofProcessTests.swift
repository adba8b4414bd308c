import DeskInterface
import Foundation
import MerkleTree
import TestSupport
import Testing

@testable import motcua

/// Another reader of proofs, which shares no code with ours.
enum PythonVerifier {
  static let isHere: Bool = (try? Program.run(["python3", "-c", "import cryptography"]))?.status == 0
  static let script = Project.folder.appending(path: "Tests/DaemonTests/check_proof.py").path
}

extension Program {
  /// The client, where no daemon is.
  static func motcua(_ arguments: [String]) throws -> Outcome {
    try run(
      [Project.program("motcua")] + arguments,
      environment: ["MOTCUA_LANG": "en", "MOTCUA_SOCKET": "/nowhere", "PATH": "/usr/local/bin:/usr/bin:/bin"])
  }
}

/// Files of a proof in a directory that goes away with the test.
final class ProofFiles {
  private let folder: Folder
  var directory: String { folder.path }

  init() throws { folder = try Folder() }

  func file(_ name: String, _ text: String) throws -> String { try folder.write(text, to: name) }
}

@Suite("A proof in the hands of a citizen")
struct ProofProcessTests {
  private let ledger: MadeUpLedger
  private let files: ProofFiles
  private let key: String

  init() throws {
    ledger = try MadeUpLedger()
    files = try ProofFiles()
    key = ledger.key.verifierKey.description
  }

  @Test(
    "given a proof, its checkpoint and the office's key, then it is checked without a daemon, and what it shows is told"
  )
  func holds() throws {
    let proof = try files.file("p.json", ProofFile.events(ledger.proof(isOpen: true)).text)
    let checkpoint = try files.file("checkpoint", ledger.note())
    let keys = try files.file("keys", "# Hoa Sen\n\(key)\n")
    let checked = try Program.motcua(["check-proof", proof, "--key", keys, "--checkpoint", checkpoint])
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("5 events of case \(MadeUpLedger.code)"))
    #expect(checked.output.contains(MadeUpLedger.secret) && checked.output.contains("no later event"))
    #expect(!checked.output.contains("--checkpoint"))
    let json = try Program.motcua(["kiem-chung", proof, "--key", key, "--json"])
    #expect(json.output.hasPrefix(#"{"holds":true,"kind":"case","origin":"motcua/H56.26.07","size":9,"#))
    #expect(json.output.contains(#""compared":false"#) && json.status == 0)
  }

  @Test("without the sealing key, and without a published checkpoint, the output says so")
  func closed() throws {
    let proof = try files.file("p.json", ProofFile.events(ledger.proof()).text)
    let checked = try Program.motcua(["check-proof", proof, "--key", key])
    #expect(checked.status == 0 && !checked.output.contains(MadeUpLedger.secret))
    #expect(checked.output.contains("(what is personal is sealed)") && checked.output.contains("add --checkpoint FILE"))
    let vi = try Program.motcua(["check-proof", proof, "--key", key, "--lang", "vi"])
    #expect(vi.output.contains("còn niêm phong") && vi.output.contains("Không chứng minh"))
  }

  @Test("a proof that the ledger was only added to is checked the same way")
  func growth() throws {
    let proof = try files.file("g.json", ProofFile.growth(ledger.growth(from: 4, to: 9)).text)
    let old = try files.file("old", ledger.note(size: 4))
    let checked = try Program.motcua(["check-proof", proof, "--key", key, "--checkpoint", old])
    #expect(checked.status == 0 && checked.output.contains("at 9 events continues that at 4"), "\(checked.errors)")
  }

  @Test(
    "what does not hold, or is no proof any more, is refused with 1, what was asked wrongly with 64, each in one sentence"
  )
  func fails() throws {
    let text = ProofFile.events(try ledger.proof()).text
    let altered = try files.file("a.json", text.replacingOccurrences(of: "\"position\": 3", with: "\"position\": 4"))
    let refused = try Program.motcua(["check-proof", altered, "--key", key])
    #expect(refused.status == 1 && refused.output.isEmpty && refused.errors.contains("Event 4 is not in the ledger"))
    let json = try Program.motcua(["check-proof", altered, "--key", key, "--json"])
    #expect(json.status == 1 && json.errors.hasPrefix(#"{"error":"proof.notIncluded""#))

    let proof = try files.file("p.json", text)
    let stranger = try MadeUpLedger(name: "motcua/H00", seed: 2)
    let otherKey = try Program.motcua(["check-proof", proof, "--key", stranger.key.verifierKey.description])
    #expect(otherKey.status == 1 && otherKey.errors.contains("not signed by a key given with --key"))
    let other = try files.file("other", stranger.note())
    let otherCheckpoint = try Program.motcua(["check-proof", proof, "--key", key, "--checkpoint", other])
    #expect(otherCheckpoint.status == 1 && otherCheckpoint.errors.contains("The published checkpoint"))
    let small = try files.file("small", ledger.note(size: 2))
    let otherSize = try Program.motcua(["check-proof", proof, "--key", key, "--checkpoint", small])
    #expect(otherSize.status == 1, "\(otherSize.errors)")
    #expect(otherSize.errors.contains("→ motcua prove \(MadeUpLedger.code) --checkpoint \(small)"))

    let broken = try files.file("b.json", String(text.dropLast(4)))
    #expect(try Program.motcua(["check-proof", broken, "--key", key]).status == 1)
    for arguments in [[proof, "--key", "x"], ["/nowhere", "--key", key], [proof]] {
      #expect(try Program.motcua(["check-proof"] + arguments).status == 64, "\(arguments)")
    }
  }

  @Test("a verb that makes a file needs its options in order before it asks the daemon")
  func options() throws {
    for arguments in [
      ["prove", "1", "--from", "x"], ["prove", "1", "--to", "x"], ["prove", "--from", "x", "--open"],
      ["prove", "1", "--force"], ["checkpoint", "--force"], ["prove"], ["prove", "1", "--checkpoint", "/nowhere"],
    ] {
      #expect(try Program.motcua(arguments).status == 64, "\(arguments)")
    }
    #expect(try Program.motcua(["checkpoint"]).status == 69)
  }

  @Test("a file is made for its owner alone, and not written over unless asked")
  func outFile() throws {
    let path = files.directory + "/out"
    try OutFile.write(path, "one\n", replaces: false, .en)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: Failure.self) { try OutFile.write(path, "two\n", replaces: false, .en) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\n")
    try OutFile.write(path, "two\n", replaces: true, .en)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "two\n")
    #expect(throws: OutputFailure.self) { try OutFile.write(files.directory + "/no/out", "x", replaces: false, .en) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.directory) == ["out"])
  }

  @Test(
    "an independent verifier in Python finds the same, opened or not, and refuses what was altered",
    .enabled(if: PythonVerifier.isHere, "skipped: python3 with the package cryptography is not installed"))
  func python() throws {
    let checkpoint = try files.file("checkpoint", ledger.note())
    func verdict(_ proof: EventsProof, _ note: String, _ key: String) throws -> Program.Outcome {
      let file = try files.file("\(UUID().uuidString).json", ProofFile.events(proof).text)
      return try Program.run(["python3", PythonVerifier.script, file, note, key])
    }
    for isOpen in [false, true] {
      let outcome = try verdict(ledger.proof(isOpen: isOpen), checkpoint, key)
      #expect(outcome.output == "ok 5 events\n" && outcome.status == 0, "\(outcome)")
    }
    for size in [1, 3, 4, 8] {
      let note = try files.file("c\(size)", ledger.note(size: size))
      #expect(try verdict(ledger.proof(size: size), note, key).status == 0)
      #expect(try verdict(ledger.proof(), note, key).output.contains("not against the published checkpoint"))
    }
    let stranger = try MadeUpLedger(name: "motcua/H00", seed: 2)
    let refused = try verdict(ledger.proof(), checkpoint, stranger.key.verifierKey.description)
    #expect(refused.status == 1 && refused.output.contains("not signed by this key"))
    var moved = try ledger.proof()
    moved.events[4].position = 8
    #expect(try verdict(moved, checkpoint, key).output.contains("event 8 is not in the tree"))
    var wrongKey = try ledger.proof(isOpen: true)
    wrongKey.disclosed?.key = ledger.leaves[0].base64
    #expect(try verdict(wrongKey, checkpoint, key).output.contains("not the committed one"))
  }
}
