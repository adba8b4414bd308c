import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

@Suite("SIGHUP reloads the configuration, whole or not at all", .oneAtATime)
struct ReloadTests {
  private static let newProcedure = """

    [[procedure]]
    id = "ho-tro-moi"
    term = "2 days"
    papers = ["Tờ khai"]
    source = "Quyết định của xã"
    effective = "2026-01-01"
    confirmed = true

    [procedure.name]
    vi = "Hỗ trợ mới"
    en = "New support"

    [procedure.fee]
    vi = "Không thu phí"
    en = "No fee"

    """

  /// A daemon on a configuration of its own, as a service of systemd.
  private func supervised() throws -> (RunningDaemon, NotifySocket) {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let systemd = try daemon.supervise()
    try daemon.start()
    return (daemon, systemd)
  }

  /// Asks for a reload and returns the READY that ends it.
  private func reload(_ daemon: RunningDaemon, _ systemd: NotifySocket) throws -> NotifySocket.Message {
    let start = NotifySocket.now
    daemon.signal(SIGHUP)
    let begun = try #require(systemd.wait(after: start) { $0.says("RELOADING=1") })
    #expect(begun["MONOTONIC_USEC"] != nil)
    return try #require(systemd.wait(after: begun.at) { $0.says("READY=1") })
  }

  private func adoptions(_ daemon: RunningDaemon) throws -> Int {
    let exported = try Client(socket: daemon.socket).run("export", "--readable")
    #expect(exported.status == 0, "\(exported.errors)")
    return exported.output.components(separatedBy: "\"vn.motcua.rulesAdopted\"").count - 1
  }

  @Test(
    "given clerks at work, when a procedure is added and the daemon is told, then it is there without a restart, no command fails, and the rules are adopted once"
  )
  func good() throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    let socket = daemon.socket
    #expect(throws: CallError.self) { try daemon.connect().ask(receiveNew) }
    let load = Load(clients: 8) { client in
      guard let desk = try? UncheckedBox(Connection(path: socket)) else { return nil }
      return { round in (try? desk.value.receive("Khách \(client) \(round)")) != nil }
    }
    load.waitUntilEach(hasDone: 20)
    try Configuration.append(daemon.config + "/procedures.toml", Self.newProcedure)
    let ready = try reload(daemon, systemd)
    #expect(ready["STATUS"]?.contains("refused") == false)
    let receipt = try daemon.connect().ask(receiveNew).receipt
    #expect(try daemon.connect().ask(Wire.Show(code: receipt.code)).case.procedureName?.en == "New support")
    // Nothing has changed since, and nothing is recorded for it.
    for _ in 0..<3 { _ = try reload(daemon, systemd) }
    let pid = daemon.process?.processIdentifier
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.pid == pid.map { Int($0) })
    let done = load.finish()
    #expect(done.allSatisfy { $0 >= 20 })
    let cases = try daemon.connect().ask(Wire.GetStatus()).status.cases
    #expect(cases == done.reduce(0, +) + 1, "a command failed")
    #expect(try adoptions(daemon) == 2)
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  private var receiveNew: Wire.Receive {
    Wire.Receive(kind: .procedure, procedure: "ho-tro-moi", applicant: "Trần Văn Nam")
  }

  /// One mistake in one file: what stands there, what is put there, and what is said of it.
  struct Mistake: CustomTestStringConvertible, Sendable {
    var file: String
    var old: String
    var new: String
    var reason: String
    var testDescription: String { "\(file): \(new)" }
  }

  static let mistakes = [
    Mistake(
      file: "motcuad.toml", old: "queue_max = 4096", new: "queue_max = \"many\"", reason: "must be a whole number"),
    Mistake(file: "office.toml", old: "opens = \"07:30\"", new: "opens = \"07:30", reason: "is not TOML"),
    Mistake(file: "calendar.toml", old: "published_years", new: "published_yaers", reason: "published_years"),
    Mistake(file: "procedures.toml", old: "confirmed = true", new: "confirmed = 1", reason: "must be true or false"),
    Mistake(
      file: "rules.toml", old: "reappointments_max = 1", new: "reapointments_max = 1", reason: "reapointments_max"),
  ]

  @Test(
    "a mistake in any of the five files is logged with file and line, and everything stays as it was until the next good reload",
    arguments: mistakes)
  func bad(mistake: Mistake) throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    // A good change beside the bad one must not come in either.
    try Configuration.append(daemon.config + "/procedures.toml", Self.newProcedure)
    let path = daemon.config + "/" + mistake.file
    let before = try String(contentsOfFile: path, encoding: .utf8)
    let range = try #require(before.range(of: mistake.old))
    let line = before[..<range.lowerBound].count { $0 == "\n" } + 1
    try before.replacingCharacters(in: range, with: mistake.new).write(toFile: path, atomically: true, encoding: .utf8)
    let ready = try reload(daemon, systemd)
    let said = try #require(daemon.log.split(separator: "\n").first { $0.contains("refused") })
    #expect(said.contains("\(path):\(line): ") && said.contains(mistake.reason), "\(said)")
    let status = try #require(ready["STATUS"])
    #expect(status.hasPrefix("0 cases, position 1; configuration refused: \(path):\(line): "), "\(status)")
    #expect(throws: CallError.self) { try daemon.connect().ask(receiveNew) }
    #expect(try daemon.connect().receive("Nguyễn Thị Hoa").number == 1)
    #expect(try adoptions(daemon) == 1)

    try before.write(toFile: path, atomically: true, encoding: .utf8)
    if mistake.file == "procedures.toml" { #expect(before.contains("ho-tro-moi")) }
    #expect(try reload(daemon, systemd)["STATUS"] == "1 case, position 3")
    #expect(try daemon.connect().ask(receiveNew).receipt.number == 2)
    #expect(try adoptions(daemon) == 2)
    #expect(daemon.stop() == 0)
  }

  @Test(
    "what is no rule changes too: the log's level, the times' offset, the queue and the reserve; what only a start takes up is named"
  )
  func settings() throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    let settings = daemon.config + "/motcuad.toml"
    try Configuration.replace(daemon.config + "/office.toml", "+07:00", "+08:00")
    try Configuration.replace(settings, "reserve_mib = 64", "reserve_mib = 1048576")
    try Configuration.replace(settings, "# signing_key", "signing_key")
    _ = try reload(daemon, systemd)
    #expect(daemon.log.contains("restart_needed_for=signing_key"), "\(daemon.log)")
    let desk = try daemon.connect()
    #expect(try desk.ask(Wire.GetStatus()).status.now.hasSuffix("+08:00"))
    let full = try desk.refusal(
      of: Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: "Hoa"), Wire.StorageFull.self)
    #expect(full.reserveBytes == 1 << 40)
    try Configuration.replace(settings, "reserve_mib = 1048576", "reserve_mib = 64")
    try Configuration.replace(settings, "log_level = \"info\"", "log_level = \"error\"")
    _ = try reload(daemon, systemd)
    _ = try desk.receive("Nguyễn Thị Hoa")
    let said = daemon.log
    _ = try reload(daemon, systemd)
    #expect(daemon.log == said)
  }

  @Test("what every new case bears is named when it changes, and not otherwise")
  func borne() throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    _ = try reload(daemon, systemd)
    #expect(!daemon.log.contains("code_prefix=") && !daemon.log.contains("utc_offset="), "\(daemon.log)")
    try Configuration.replace(daemon.config + "/office.toml", "+07:00", "+08:00")
    try Configuration.replace(daemon.config + "/office.toml", "H56.26.07", "H56.26.08")
    _ = try reload(daemon, systemd)
    #expect(daemon.log.contains("code_prefix=H56.26.08") && daemon.log.contains("utc_offset=+08:00"), "\(daemon.log)")
  }

  @Test(
    "settings that no one would write are refused with their line, and the same one each time",
    arguments: [
      ("\"scrub\\u0000x\" = 1\n", "motcuad.toml:1: unknown key"),
      (
        Array(repeating: "a", count: 50_000).joined(separator: ".") + " = 1\n",
        "motcuad.toml:1: is not TOML: a key with"
      ),
      ("[a" + String(repeating: ".a", count: 50_000) + "]\n", "motcuad.toml:1: is not TOML: a key with"),
      (Array(repeating: "a", count: 30).joined(separator: ".") + " = 1\n", "motcuad.toml:1: unknown key “a”"),
      ("scrub_hours = 2026-11-28\n", "motcuad.toml:1: "), ("scrub_hours = 1.5\n", "motcuad.toml:1: "),
      ("log_level = 3\n", "motcuad.toml:1: log_level must be a string"),
      ("zz = 1\nyy = 2\nxx = 3\n", "motcuad.toml:1: unknown key “zz”"),
    ])
  func odd(text: String, refusal: String) throws {
    let home = NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    let config = try Configuration.copy(into: home)
    let path = config + "/motcuad.toml"
    let name = text.prefix { $0 != " " }
    let rest = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix(name) }
    try (text + rest.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    for _ in 0..<3 {
      let said = try Operator.run("check-config", "--config", config)
      #expect(said.status == 78 && said.errors.contains(refusal), "\(said.status) \(said.errors.prefix(300))")
    }
  }

  @Test(
    "what must outlive the data directory and would lie in it is refused by check-config and by a reload, with file and line, as the next start would",
    arguments: ["signed_heads", "erasures"])
  func insideData(key: String) throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    let settings = daemon.config + "/motcuad.toml"
    let before = try String(contentsOfFile: settings, encoding: .utf8)
    let link = daemon.home + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: daemon.data)
    for place in [daemon.data + "/apart", daemon.data, link + "/x"] {
      try ("\n\(key) = \"\(place)\"\n" + before).write(toFile: settings, atomically: true, encoding: .utf8)
      let refusal = "\(settings):2: \(place) lies in the data directory \(daemon.data)"
      let said = try Operator.run("check-config", "--config", daemon.config, "--data", daemon.data)
      #expect(said.status == 78 && said.errors.contains(refusal), "\(said)")
      let message = try reload(daemon, systemd)
      #expect(message["STATUS"]?.contains("lies in the data directory") == true, "\(message)")
      #expect(daemon.log.contains("the configuration is refused") && daemon.log.contains(refusal), "\(daemon.log)")
    }
    // Of another data directory it is outside.
    #expect(
      try Operator.run("check-config", "--config", daemon.config, "--data", daemon.home + "/other").status == 0)
    try ("\n\(key) = \"\(daemon.data)-elsewhere\"\n" + before).write(
      toFile: settings, atomically: true, encoding: .utf8)
    #expect(try Operator.run("check-config", "--config", daemon.config, "--data", daemon.data).status == 0)
    let message = try reload(daemon, systemd)
    #expect(message["STATUS"]?.contains("lies in the data directory") != true, "\(message)")
  }

  @Test("a hundred reloads of what has not changed leave nothing behind")
  func unchanged() throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    for _ in 0..<10 { _ = try reload(daemon, systemd) }
    // What a reload leaves behind it leaves each time; what the process has learned to hold meanwhile it does once.
    var rounds: [(before: Vitals, after: Vitals)] = []
    for _ in 0..<3 {
      let before = try daemon.vitalsAtRest()
      for _ in 0..<100 { _ = try reload(daemon, systemd) }
      let after = try daemon.vitals { $0.isBack(to: before, withinMiB: 4) }
      if after.isBack(to: before, withinMiB: 4) { return }
      rounds.append((before, after))
    }
    Issue.record("each hundred left something: \(rounds)")
  }

  @Test(
    "given a clock that is not believed, a reload takes everything but the rules, which are in force as soon as the clock is back",
    .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
  func suspectClock() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    let desk = try daemon.connect()
    _ = try desk.receive("Hoa")
    try Configuration.append(daemon.config + "/procedures.toml", Self.newProcedure)
    try Configuration.replace(daemon.config + "/motcuad.toml", "upload_mib_max = 64", "upload_mib_max = 1")
    try clock.set(AttackTests.year9999)
    let status = try #require(try reload(daemon, systemd)["STATUS"])
    #expect(status.contains("the clock, 999") && status.contains("is not believed"), "\(status)")
    #expect(!status.contains("refused:") && daemon.log.contains("rules=waiting"), "\(daemon.log)")
    _ = try desk.refusal(of: receiveNew, Wire.ClockSuspect.self)
    let part = String(repeating: "x", count: 600_000)
    let upload = try desk.ask(Wire.Upload(text: part)).upload
    _ = try desk.refusal(of: Wire.Upload(upload: upload, text: part), Wire.UploadTooLarge.self)
    // Read again, they wait once.
    _ = try reload(daemon, systemd)
    try clock.set(0)
    #expect(try desk.ask(receiveNew).receipt.number == 2)
    #expect(try adoptions(daemon) == 2)
    #expect(try reload(daemon, systemd)["STATUS"]?.contains("not believed") == false)
    #expect(daemon.log.contains("rules=unchanged"), "\(daemon.log)")
  }

  @Test("a signing key that has changed under its name is named, and one that has not is not")
  func signingKey() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let key = daemon.data + "/keys/signing"
    func makeKey() throws {
      let made = try Operator.run("keygen", "--name", "xa.example.vn", "--data", daemon.data)
      #expect(made.status == 0, "\(made.errors)")
    }
    try makeKey()
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    _ = try reload(daemon, systemd)
    #expect(!daemon.log.contains("restart_needed_for"), "\(daemon.log)")
    try FileManager.default.removeItem(atPath: key)
    try makeKey()
    _ = try reload(daemon, systemd)
    #expect(daemon.log.contains("restart_needed_for=signing_key"), "\(daemon.log)")
  }

  @Test("what a reload warns of is said in the language of the office's people")
  func language() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    daemon.environment["MOTCUA_LANG"] = "vi"
    try Configuration.replace(
      daemon.config + "/office.toml", "[role.clerk]\nusers = []", "[role.clerk]\nusers = [\"no-such-user\"]")
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    let warning = "máy này chưa có tài khoản “no-such-user”"
    #expect(daemon.log.components(separatedBy: warning).count == 2, "\(daemon.log)")
    _ = try reload(daemon, systemd)
    #expect(daemon.log.components(separatedBy: warning).count == 3, "\(daemon.log)")
  }

  @Test("while the views are rebuilt, a reload waits for no more than a commit, and the new views have the new rules")
  func beside() async throws {
    let (daemon, systemd) = try supervised()
    defer { systemd.close() }
    let socket = daemon.socket
    for number in 0..<200 { _ = try daemon.connect().receive("Khách \(number)") }
    let rebuilds = Load(clients: 1) { _ in
      guard let desk = try? UncheckedBox(Connection(path: socket)) else { return nil }
      return { _ in (try? desk.value.pages(Wire.Rebuild())) != nil }
    }
    for round in 0..<10 {
      let fee = "Không thu phí"
      try Configuration.replace(
        daemon.config + "/procedures.toml", round == 0 ? fee : fee + " \(round - 1)", fee + " \(round)")
      _ = try reload(daemon, systemd)
      _ = try daemon.connect().receive("Khách của lần \(round)")
    }
    #expect(rebuilds.finish()[0] > 0)
    #expect(try adoptions(daemon) == 11)
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test("many SIGHUPs at once, and one before the start is over, end nobody and tell systemd nothing too early")
  func early() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.launch()
    let pid = try #require(daemon.process).processIdentifier
    // Until somebody takes it, it is what it always was: the end of the process.
    let isTaken = {
      let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      let mask = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
      return (mask.flatMap { UInt64($0, radix: 16) } ?? 0) & 1 == 1
    }
    while try !isTaken() { usleep(100) }
    for _ in 0..<10 { daemon.signal(SIGHUP) }
    let ready = try #require(systemd.wait { $0.says("READY=1") })
    #expect(!systemd.messages.contains { $0.says("RELOADING=1") && $0.at < ready.at })
    for _ in 0..<10 { daemon.signal(SIGHUP) }
    _ = try reload(daemon, systemd)
    #expect(try daemon.connect().receive("Nguyễn Thị Hoa").number == 1)
    #expect(daemon.process?.processIdentifier == pid && daemon.stop() == 0)
  }
}

extension Configuration {
  static func append(_ path: String, _ text: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
