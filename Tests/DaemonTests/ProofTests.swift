import DeskInterface
import EventStore
import Foundation
import LMDB
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("What the daemon proves, anybody can check without it", .oneAtATime)
struct ProofTests {
  /// A running daemon with a signing key, as `motcuad keygen` makes it.
  private static func signing(_ daemon: RunningDaemon) throws -> String {
    let made = try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config)
    try #require(made.status == 0)
    try daemon.start()
    return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(
    "given a case of the imported register, its proof holds in another directory without a daemon, and an independent program says so too",
    .enabled(if: Register.isHere, "skipped: ../shared/data/municipal-receipts.csv is not here"))
  func register() throws {
    let daemon = try RunningDaemon()
    let key = try Self.signing(daemon)
    let desk = try daemon.connect()
    _ = try desk.importFile(
      Register.path, mapping: RunningDaemon.sampleConfiguration + "/mappings/municipal-receipts.toml")
    let client = Client(socket: daemon.socket)
    let elsewhere = daemon.home + "/elsewhere"
    try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
    let (note, proof) = (elsewhere + "/note", elsewhere + "/proof.json")
    #expect(try client.run("checkpoint", "--out", note).status == 0)
    let late = try #require(try desk.pages(Wire.List(late: true)).flatMap(\.cases).last?.code)
    let proved = try client.run("prove", late, "--checkpoint", note, "--out", proof)
    #expect(proved.status == 0, "\(proved.errors)")
    let count = try desk.pages(Wire.History(code: late)).flatMap(\.events).count
    #expect(daemon.stop() == 0)

    let nobody = Client(socket: elsewhere + "/no.sock")
    let checked = try nobody.run("check-proof", proof, "--key", key, "--checkpoint", note, "--json")
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("\"holds\":true") && checked.output.contains("\"compared\":true"))
    if let said = try Self.python(proof, note, key) { #expect(said == "ok \(count) events") }
  }

  @Test("a disclosed key opens the case in the file, and no other; for a clerk it is not disclosed")
  func disclosed() throws {
    let daemon = try RunningDaemon()
    let key = try Self.signing(daemon)
    let desk = try daemon.connect()
    let code = try desk.quac()
    _ = try desk.receive("Lê Văn An")
    let client = Client(socket: daemon.socket)
    let (open, shut) = (daemon.home + "/open.json", daemon.home + "/shut.json")
    #expect(try client.run("prove", code, "--open", "--out", open).status == 0)
    #expect(try client.run("prove", code, "--out", shut).status == 0)
    #expect(daemon.stop() == 0)
    let read = try client.run("check-proof", open, "--key", key)
    #expect(read.status == 0 && read.output.contains("Quắc Thị Xuyến"), "\(read.errors)")
    let closed = try client.run("check-proof", shut, "--key", key)
    #expect(closed.status == 0 && !closed.output.contains("Quắc") && closed.output.contains(code))
    #expect(try !String(contentsOfFile: shut, encoding: .utf8).contains("Quắc"))
  }

  @Test("given an erased case, its old proofs hold and new ones can be made, but its key is disclosed to nobody")
  func erased() throws {
    let daemon = try RunningDaemon()
    let key = try Self.signing(daemon)
    let desk = try daemon.connect()
    let code = try desk.quac()
    let client = Client(socket: daemon.socket)
    let (old, new) = (daemon.home + "/old.json", daemon.home + "/new.json")
    #expect(try client.run("prove", code, "--out", old).status == 0)
    _ = try desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
    _ = try desk.pages(Wire.Rebuild())
    #expect(try client.run("check-proof", old, "--key", key).status == 0)
    #expect(try client.run("prove", code, "--out", new).status == 0)
    let checked = try client.run("check-proof", new, "--key", key)
    #expect(checked.status == 0 && checked.output.contains("Luật 91/2025/QH15"), "\(checked.output)")
    let refused = try client.run("prove", code, "--open")
    #expect(refused.status == 1 && refused.errors.contains("Luật 91/2025/QH15"), "\(refused.errors)")
  }

  @Test(
    "an unchanged ledger gives the same note again; a grown one continues it, provably, through a rebuild and a restart"
  )
  func grows() throws {
    let daemon = try RunningDaemon()
    let key = try Self.signing(daemon)
    var desk = try daemon.connect()
    for index in 0..<20 { _ = try desk.receive("Người \(index)") }
    let client = Client(socket: daemon.socket)
    let notes = (0..<3).map { daemon.home + "/note\($0)" }
    #expect(try client.run("checkpoint", "--out", notes[0]).status == 0)
    #expect(try client.run("checkpoint").output == String(contentsOfFile: notes[0], encoding: .utf8))
    for index in 20..<57 { _ = try desk.receive("Người \(index)") }
    #expect(try client.run("checkpoint", "--out", notes[1]).status == 0)
    _ = try desk.pages(Wire.Rebuild())
    #expect(daemon.stop() == 0)
    try daemon.start()
    desk = try daemon.connect()
    for index in 57..<64 { _ = try desk.receive("Người \(index)") }
    #expect(try client.run("checkpoint", "--out", notes[2]).status == 0)
    for (old, new) in [(0, 1), (1, 2), (0, 2)] {
      let file = daemon.home + "/growth-\(old)-\(new)"
      let proved = try client.run("prove", "--from", notes[old], "--to", notes[new], "--out", file)
      #expect(proved.status == 0, "\(proved.errors)")
      #expect(try client.run("check-proof", file, "--key", key).status == 0)
    }
    let code = try desk.pages(Wire.Search(words: "nguoi 3")).flatMap(\.cases)[0].code
    let against = try client.run("prove", code, "--checkpoint", notes[0], "--out", daemon.home + "/early.json")
    #expect(against.status == 0, "\(against.errors)")
    let tooOld = try desk.pages(Wire.Search(words: "nguoi 60")).flatMap(\.cases)[0].code
    let refused = try client.run("prove", tooOld, "--checkpoint", notes[0])
    #expect(refused.status == 1 && refused.errors.contains(tooOld), "\(refused.errors)")
  }

  @Test(
    "given a ledger in which somebody changed an event and every hash after it, then a start refuses it, nothing is signed any more, and the old proof does not fit the new root, even under a checkpoint signed with the office's own key"
  )
  func rewritten() throws {
    let daemon = try RunningDaemon()
    let key = try Self.signing(daemon)
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    for index in 0..<12 { _ = try desk.receive("Người \(index)") }
    let client = Client(socket: daemon.socket)
    let proof = daemon.home + "/proof.json"
    #expect(try client.run("prove", code, "--out", proof).status == 0)
    let oldRoot = try desk.ask(Wire.GetStatus()).status.root
    #expect(daemon.stop() == 0)

    let head = try Self.rewrite(daemon.data + "/ledger", position: 2)
    for name in ["CURRENT", "STATE"] { try FileManager.default.removeItem(atPath: daemon.data + "/" + name) }
    try daemon.launch()
    #expect(daemon.waitForExit() == 65 && daemon.log.contains("are not those that were signed"), "\(daemon.log)")
    // Where the record of that is gone, too, the ledger itself keeps what was signed.
    try FileManager.default.removeItem(atPath: daemon.data + "-apart/signed-heads")
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.root == head.root.base64 && head.root.base64 != oldRoot)
    _ = try daemon.connect().receive("Thêm một người")
    let refused = try client.run("checkpoint")
    #expect(refused.status == 1 && refused.output.isEmpty, "\(refused.output)")
    #expect(try daemon.connect().refusal(of: Wire.Checkpoint(), Wire.HistoryChanged.self).size == Int(head.size))

    let line = try String(contentsOfFile: daemon.data + "/keys/signing", encoding: .utf8)
    let signingKey = try NoteSigningKey(parsing: line.trimmingCharacters(in: .newlines))
    let forged = try SignedNote(
      text: Checkpoint(origin: signingKey.name, size: head.size, root: head.root).text, signedBy: [signingKey])
    let file = daemon.home + "/forged"
    try forged.description.write(toFile: file, atomically: true, encoding: .utf8)
    let checked = try client.run("check-proof", proof, "--key", key, "--checkpoint", file)
    #expect(checked.status == 1 && checked.output.isEmpty, "\(checked.output)")
  }

  @Test(
    "without a key nothing is signed, and the refusal says how to make one; a checkpoint of another ledger is not known"
  )
  func unsigned() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    let client = Client(socket: daemon.socket)
    for arguments in [["checkpoint"], ["prove", code]] {
      let refused = try client.run(arguments)
      #expect(refused.status == 1 && refused.errors.contains("motcuad keygen"), "\(refused.errors)")
    }
    let stranger = try NoteSigningKey(name: "elsewhere")
    let note = try SignedNote(
      text: Checkpoint(origin: "elsewhere", size: 2, root: MerkleTree.emptyRoot).text, signedBy: [stranger])
    let unknown = try desk.refusal(
      of: Wire.ProveConsistency(old: note.description), Wire.UnknownCheckpoint.self)
    #expect(unknown.origin == "elsewhere" && unknown.size == 2)
  }

  @Test(
    "given whoever is no operator, a proof is against the newest checkpoint, and what is later is refused with where that ends: however often he asks, nothing is signed for him",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func signsForOperatorsOnly() throws {
    let daemon = try RunningDaemon()
    let made = try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config)
    try #require(made.status == 0, "\(made.errors)")
    try daemon.startForAll()
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    let others = [Somebody.reader, .clerk, .supervisor]
    func refusals(_ somebody: Somebody, of code: String) throws -> [Refused] {
      let calls = (0..<30).map { _ in (method: Wire.Prove.method, parameters: #"{"code":"\#(code)"}"#) }
      return try somebody.ask(daemon.socket, calls).map { try JSONDecoder().decode(Refused.self, from: $0) }
    }
    func signed() throws -> Int {
      try #require(try desk.pages(Wire.Verify()).last).progress.checkpoints
    }
    // given no checkpoint yet
    for somebody in others {
      for refused in try refusals(somebody, of: code) {
        #expect(refused.error == Wire.NotInCheckpointYet.error)
        #expect(refused.parameters.size == 0 && refused.parameters.needed == .operatorRole)
      }
    }
    #expect(try signed() == 0)
    // when an operator has one made, then everybody proves against it
    let note = try desk.ask(Wire.Checkpoint()).note
    for somebody in others {
      let proofs = try refusals(somebody, of: code)
      #expect(proofs.allSatisfy { $0.error == nil && $0.parameters.checkpoint == note })
    }
    // when the case goes on, then each is told where the newest ends, while the desk records what it is told
    for (index, somebody) in others.enumerated() {
      _ = try desk.ask(Wire.Progress(code: code, step: "bước \(index)"))
      let position = try desk.ask(Wire.GetStatus()).status.position
      for refused in try refusals(somebody, of: code) {
        #expect(refused.error == Wire.NotInCheckpointYet.error && refused.parameters.code == code)
        #expect(refused.parameters.position == position && refused.parameters.size == 2)
      }
    }
    #expect(try signed() == 1 && desk.ask(Wire.GetStatus()).status.lastCheckpoint == 2)
    // An operator has one signed by what he proves, and the others prove against that.
    #expect(try desk.pages(Wire.Prove(code: code)).flatMap(\.events).count == 4)
    #expect(try signed() == 2 && refusals(.reader, of: code).allSatisfy { $0.error == nil })
  }

  /// What somebody is answered who asks for a proof.
  private struct Refused: Decodable {
    var error: String?
    var parameters: Parameters

    struct Parameters: Decodable {
      var code: String?
      var position: Int?
      var size: Int?
      var needed: Wire.Role?
      var checkpoint: String?
    }
  }

  @Test(
    "the refusal says what is to be done, in both languages",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"), arguments: ["en", "vi"])
  func saysWhoSigns(language: String) throws {
    let daemon = try RunningDaemon()
    let made = try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config)
    try #require(made.status == 0, "\(made.errors)")
    try daemon.startForAll()
    let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
    var client = Client(socket: daemon.socket, language: language)
    client.wrapper = ["/usr/bin/setpriv", "--reuid", "61001", "--regid", "61000", "--groups", "61101"]
    let refused = try client.run("prove", code)
    #expect(refused.status == 1 && refused.output.isEmpty, "\(refused.output)")
    #expect(refused.errors.contains(language == "vi" ? "chưa có điểm chốt nào" : "there is no checkpoint yet"))
    #expect(refused.errors.contains("motcua checkpoint") && refused.errors.contains("motcua-checkpoint.timer"))
  }

  /// Changes who recorded the event at a position, and every hash that follows from it, as somebody would who has the
  /// files and knows their form.
  private static func rewrite(_ ledger: String, position: UInt64) throws -> Frontier {
    let environment = try Environment(path: ledger, tables: ["events", "meta"])
    let (events, meta) = (try environment.table("events"), try environment.table("meta"))
    var rows: [(key: [UInt8], value: [UInt8])] = []
    try environment.read { transaction throws(LMDBError) in
      try transaction.scan(events, from: nil) { key, value in
        rows.append(([UInt8](copying: key), [UInt8](copying: value)))
        return .next
      }
    }
    var head = Frontier()
    for index in rows.indices {
      var record = Array(rows[index].value.dropFirst(32))
      if rows[index].key == bigEndian(position) {
        // The account, field 8: its first letter becomes another.
        let account = Array("root".utf8)
        let start = try #require(record.indices.first { record[$0...].starts(with: [0x42, 4] + account) })
        record[start + 2] = UInt8(ascii: "b")
      }
      let leaf = MerkleTree.leafHash(record)
      head.append(leaf)
      rows[index].value = leaf.bytes + record
    }
    let (changed, encoded) = (rows, head.encoded)
    try environment.write { transaction throws(LMDBError) in
      for row in changed { try transaction.put(events, row.key, row.value) }
      try transaction.put(meta, Array("head".utf8), encoded)
    }
    return head
  }

  /// What the independent verifier says; nil where Python or its package is missing, which is said.
  static func python(_ proof: String, _ note: String, _ key: String) throws -> String? {
    let script = Project.folder.appending(path: "Tests/DaemonTests/check_proof.py").path
    let outcome = try Program.run(["python3", script, proof, note, key])
    let problem = outcome.errors
    if problem.contains("No such file") || problem.contains("ModuleNotFoundError") {
      print("skipped: the independent check needs python3 and its package cryptography")
      return nil
    }
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
