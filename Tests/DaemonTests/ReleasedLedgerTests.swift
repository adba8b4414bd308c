import DeskInterface
import EventStore
import Foundation
import TestSupport
import Testing
import VarlinkClient

/// What a release left on a disk, as `Released/freeze.py` kept it; it is never changed, so each test works on a copy.
struct ReleasedFiles: CustomTestStringConvertible {
  static let all: [ReleasedFiles] = {
    let folder = Project.folder.appending(path: "Tests/DaemonTests/Released").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/answers.json") }
      .map { ReleasedFiles(version: $0, folder: "\(folder)/\($0)") }
  }()
  /// Those that could be exported, proved and backed up.
  static let whole = all.filter { FileManager.default.fileExists(atPath: $0.path("export.jsonl")) }

  let version: String
  let folder: String

  var testDescription: String { version }

  func path(_ name: String) -> String { folder + "/" + name }

  /// What the release answered before it was stopped.
  func answers() throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path("answers.json"))))
    return try #require(json as? [String: Any])
  }

  /// A daemon of today, not started yet, with the release's configuration.
  func daemon() throws -> RunningDaemon {
    let daemon = try RunningDaemon()
    daemon.config = path("config")
    return daemon
  }

  /// The same with a copy of the data that the release left.
  func opened() throws -> RunningDaemon {
    let daemon = try daemon()
    try FileManager.default.copyItem(atPath: path("data"), toPath: daemon.data)
    for name in try FileManager.default.contentsOfDirectory(atPath: daemon.data + "/keys") {
      // Git keeps no mode.
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: daemon.data + "/keys/" + name)
    }
    return daemon
  }

  /// The ledger's last event is older with every year that this test is run in, and whether the clock is right is for
  /// somebody to say.
  static func believeClock(_ daemon: RunningDaemon) throws {
    if try daemon.connect().ask(Wire.GetStatus()).status.clock?.doubt != nil {
      let said = try Client(socket: daemon.socket).run("clock", "--accept")
      #expect(said.status == 0, "\(said.errors)")
    }
  }
}

@Suite("What earlier releases have left on disks", .oneAtATime)
struct ReleasedLedgerTests {
  @Test("there are the files of 0.1.0 and 0.2.0")
  func some() {
    #expect(ReleasedFiles.all.map(\.version).starts(with: ["0.1.0", "0.2.0"]))
    #expect(ReleasedFiles.whole.first?.version == "0.2.0")
  }

  @Test("its data directory is opened, verified and answered from as before", arguments: ReleasedFiles.all)
  func opened(files: ReleasedFiles) throws {
    let daemon = try files.opened()
    try daemon.start()
    try check(daemon, files)
    #expect(daemon.stop() == 0)
  }

  @Test("a command that it accepted is not done again when it is sent again", arguments: ReleasedFiles.all)
  func repeated(files: ReleasedFiles) throws {
    let daemon = try files.opened()
    try daemon.start()
    try ReleasedFiles.believeClock(daemon)
    let desk = try daemon.connect()
    let position = try desk.ask(Wire.GetStatus()).status.position
    let commands = try #require(try files.answers()["commands"] as? [[String: Any]])
    for command in commands {
      let (id, arguments) = (try #require(command["id"] as? String), try #require(command["arguments"] as? [String]))
      _ = try Client(socket: daemon.socket).run(arguments + ["--id", id])
    }
    #expect(try desk.ask(Wire.GetStatus()).status.position == position && commands.count > 10)
  }

  @Test("its export is brought into an empty ledger, and is what that ledger exports", arguments: ReleasedFiles.whole)
  func imported(files: ReleasedFiles) throws {
    let daemon = try files.daemon()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let said = try client.run(
      "import", "--format", "cloudevents", files.path("export.jsonl"), "--keys", files.path("keys.backup"))
    #expect(said.status == 0, "\(said.errors)")
    try check(daemon, files)
  }

  @Test("its backups are put back, and what they hold is answered as before", arguments: ReleasedFiles.whole)
  func restored(files: ReleasedFiles) throws {
    let daemon = try files.daemon()
    let said = try Operator.restore(
      files.path("ledger.backup"), "--keys", files.path("keys.backup"), "--data", daemon.data)
    #expect(said.status == 0, "\(said.errors)")
    try daemon.start()
    try check(daemon, files)
  }

  @Test(
    "its backups of before an erasure are put back: by the list the case is erased again, without one it can be read; a checkpoint of then says how far it went",
    arguments: ReleasedFiles.whole)
  func restoredFromBefore(files: ReleasedFiles) throws {
    let erased = try #require(try files.answers()["erased"] as? String)
    // What the release erased, as today's list has it.
    let now = try files.opened()
    try now.start()
    let list = now.data + "-apart/erasures"
    #expect(now.stop() == 0)
    for isListed in [true, false] {
      let daemon = try files.daemon()
      let said = try Operator.restore(
        arguments: [
          files.path("ledger-before-erasure.backup"), "--keys", files.path("keys-before-erasure.backup"), "--data",
          daemon.data, "--checkpoint", files.path("first.checkpoint"), "--key", files.path("office.key"),
        ] + (isListed ? ["--erasures", list] : ["--no-erasures"]))
      #expect(said.status == 0, "\(said.errors)")
      try daemon.start()
      let shown = try daemon.connect().ask(Wire.Show(code: erased)).case
      #expect((shown.applicant == nil) == isListed, "\(shown)")
      #expect(try daemon.connect().verify().damage == nil)
    }
  }

  @Test(
    "its readable export is what today's says, and its register is known again", arguments: ReleasedFiles.whole)
  func readable(files: ReleasedFiles) throws {
    let daemon = try files.opened()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let out = daemon.home + "/readable.jsonl"
    #expect(try client.run("export", out, "--readable").status == 0)
    func lines(_ path: String) throws -> [NSDictionary] {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary)
      }
    }
    let before = try lines(files.path("readable.jsonl")).dropLast()
    for (index, pair) in zip(before, try lines(out)).enumerated() { expectSame(pair.0, pair.1, "line \(index + 1)") }
    let position = try daemon.connect().ask(Wire.GetStatus()).status.position
    #expect(before.count > 20 && before.count <= position + 1)
    try ReleasedFiles.believeClock(daemon)
    let recorded = try daemon.connect().ask(Wire.GetStatus()).status.position
    _ = try client.run("import", files.path("old-register.csv"), "--mapping", files.path("old-register.toml"))
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.position == recorded)
  }

  @Test("its proofs hold, with today's client and with a checker that shares no code", arguments: ReleasedFiles.whole)
  func proofs(files: ReleasedFiles) throws {
    let (key, note) = (files.path("office.key"), files.path("second.checkpoint"))
    let answers = try files.answers()
    for proof in ["case", "case-open", "case-erased", "consistency"] {
      let said = try Client(socket: "/nowhere").run(
        "check-proof", files.path(proof + ".proof"), "--key", key, "--checkpoint", note)
      #expect(said.status == 0, "\(proof): \(said.errors)")
      let opens = proof == "case-open"
      #expect(!opens || said.output.contains("Nguyễn Thị Hoa"), "\(said.output)")
      guard proof.hasPrefix("case") else { continue }
      let publicKey = try String(contentsOfFile: key, encoding: .utf8)
      guard let checked = try ProofTests.python(files.path(proof + ".proof"), note, publicKey) else { continue }
      #expect(checked.hasPrefix("ok "), "\(proof): \(checked)")
    }
    // And what it signed can be proved against by whoever has opened its data.
    let daemon = try files.opened()
    try daemon.start()
    let show = try #require(answers["show"] as? [String: Any])
    for code in show.keys {
      let out = daemon.home + "/\(code).proof"
      let said = try Client(socket: daemon.socket).run("prove", "=" + code, "--checkpoint", note, "--out", out)
      #expect(said.status == 0, "\(code): \(said.errors)")
      let held = try Client(socket: "/nowhere").run("check-proof", out, "--key", key, "--checkpoint", note)
      #expect(held.status == 0, "\(code): \(held.errors)")
    }
  }

  /// Holds all that can be asked of a daemon against what the release answered.
  private func check(_ daemon: RunningDaemon, _ files: ReleasedFiles) throws {
    let answers = try files.answers()
    let desk = try daemon.connect()
    #expect(try desk.verify().damage == nil)
    let position = try #require(answers["position"] as? Int)
    #expect(try desk.ask(Wire.GetStatus()).status.position >= position)
    let client = Client(socket: daemon.socket)
    func ask(_ arguments: String...) throws -> [Any] {
      let said = try client.run(arguments + ["--json"])
      #expect(said.status == 0, "\(arguments): \(said.errors)")
      return try said.output.split(separator: "\n").map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
    }
    for (code, before) in try #require(answers["show"] as? [String: Any]) {
      expectSame(before, try ask("show", "=" + code).first, "show \(code)")
    }
    for (code, before) in try #require(answers["history"] as? [String: Any]) {
      expectSame(before, try ask("history", "=" + code), "history \(code)")
    }
    expectSame(try #require(answers["search"]), try ask("search", "nguyen thi hoa"), "search")
    let asOf = try #require(answers["asOf"] as? String)
    if let before = answers["open"] as? [Any] { expectSame(before, try ask("list", "--as-of", asOf), "list") }
    if let before = answers["late"] as? [Any] { expectSame(before, try ask("list", "--late", "--as-of", asOf), "late") }
    if let before = answers["tally"] as? [String: Any] {
      expectSame(before, try ask("tally", "--as-of", asOf).first, "tally")
    }
    guard FileManager.default.fileExists(atPath: files.path("export.jsonl")) else { return }
    let out = daemon.home + "/export.jsonl"
    #expect(try client.run("export", out).status == 0)
    // All but the last line, because a start may have recorded something since.
    let before = try String(contentsOfFile: files.path("export.jsonl"), encoding: .utf8).split(separator: "\n")
      .filter { !$0.contains("vn.motcua.export.end") && !$0.contains("vn.motcua.checkpoint") }
    let now = try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n")
    #expect(now.starts(with: before), "the export begins with another event")
  }

  /// Everything that the release said is said, and the same; there may be more.
  private func expectSame(_ before: Any, _ now: Any?, _ place: String) {
    switch (before, now) {
    case (let before as [String: Any], let now as [String: Any]):
      let isOpen = before["open"] as? Bool == true
      // Of an open case the time that has passed since decides.
      let changing: Set = ["late", "apologyOwed", "owes"]
      for (name, value) in before where !(isOpen && changing.contains(name)) {
        expectSame(value, now[name], "\(place).\(name)")
      }
    case (let before as [Any], let now as [Any]):
      #expect(before.count == now.count, "\(place) has \(now.count) instead of \(before.count)")
      for (index, pair) in zip(before, now).enumerated() { expectSame(pair.0, pair.1, "\(place)[\(index)]") }
    default:
      let isSame = (before as? NSObject) == (now as? NSObject)
      #expect(isSame, "\(place) was \(before) and is \(now ?? "missing")")
    }
  }
}
