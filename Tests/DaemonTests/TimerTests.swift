import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

@Suite("What the timers run", .oneAtATime)
struct TimerTests {
  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  private func makeDirectory(_ path: String) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    return path
  }

  /// A unit's setting of a time, in minutes.
  private func minutes(_ setting: String, _ unit: String) throws -> Int {
    let value = try self.setting(setting, unit)
    let number = try #require(Int(value.prefix { $0.isNumber }), "\(unit): \(setting)=\(value)")
    return number * (value.hasSuffix("h") ? 60 : 1)
  }

  private func setting(_ setting: String, _ unit: String) throws -> String {
    let text = try String(contentsOf: Project.folder.appending(path: "systemd/\(unit)"), encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix(setting + "=") }
    return String(try #require(line, "\(unit) lacks \(setting)").dropFirst(setting.count + 1))
  }

  @Test(
    "a backup that goes wrong fails in the end, which the alerts ask for, and is tried again when its timer comes next",
    arguments: [("motcua-backup.service", 24 * 60), ("motcua-keys.service", 60)])
  func failsInTheEnd(unit: String, period: Int) throws {
    let attempts = try #require(Int(try setting("StartLimitBurst", unit)))
    // An attempt may take a minute, and more must be refused within the interval: else it is tried for ever.
    #expect(try attempts * (minutes("RestartSec", unit) + 1) <= minutes("StartLimitIntervalSec", unit))
    // What a timer starts while the limit holds is refused, too.
    #expect(try minutes("StartLimitIntervalSec", unit) < period)
  }

  @Test("backups go into their directories by the office's time, the newest stay, and the last one comes back whole")
  func backups() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T02:00"]
    try daemon.start()
    let (ledgers, keys) = (try makeDirectory(daemon.home + "/ledgers"), try makeDirectory(daemon.home + "/keys"))
    let client = Client(socket: daemon.socket)
    let arguments = ["backup", "--directory", ledgers, "--keep", "2", "--keys-directory", keys, "--keys-keep", "1"]
    var last: Client.Outcome?
    for day in 19...21 {
      _ = try daemon.connect().receive("Khách \(day)")
      _ = try daemon.connect().ask(Wire.SetClock(to: "2026-11-\(day)T02:00"))
      last = try client.run(arguments + ["--json"])
      #expect(last?.status == 0, "\(last?.errors ?? "")")
    }
    let stamps = try names(ledgers)
    #expect(
      stamps.count == 2 && stamps[0].hasPrefix("ledger-20261120T0200") && stamps[1].hasPrefix("ledger-20261121T0200"))
    #expect(try names(keys).map { $0.prefix(20) } == ["ledger-20261121T0200"])
    #expect(last?.output.contains("\"removed\":[\"\(ledgers)/ledger-20261119T0200") == true, "\(last?.output ?? "")")
    for path in try [ledgers + "/" + stamps[1], keys + "/" + names(keys)[0]] {
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }
    let restored = try Operator.restore(
      ledgers + "/" + stamps[1], "--keys", keys + "/" + names(keys)[0], "--data", daemon.home + "/restored")
    #expect(restored.status == 0, "\(restored.errors)")

    // Empty is no directory of keys: whoever must not keep an erased citizen's key says so.
    let keyless = try client.run(
      "backup", "--directory", ledgers, "--keep", "2", "--keys-directory", "", "--keys-keep", "1")
    #expect(keyless.status == 0 && keyless.errors.contains("The keys are not backed up"), "\(keyless.errors)")
    #expect(try names(ledgers).count == 2 && names(keys).map { $0.prefix(20) } == ["ledger-20261121T0200"])

    // A backup that fails leaves everything as it was.
    let before = try (names(ledgers), names(keys))
    #expect(daemon.stop() == 0)
    #expect(try client.run(arguments).status == 69)
    #expect(try (names(ledgers), names(keys)) == before)
  }

  @Test(
    "without a count all backups are kept, and three in one second are three files; a damaged ledger makes none, and none has to go for it"
  )
  func failing() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let ledgers = try makeDirectory(daemon.home + "/ledgers")
    let client = Client(socket: daemon.socket)
    for _ in 0..<3 {
      let made = try client.run("backup", "--directory", ledgers)
      #expect(made.status == 0 && made.errors.contains("motcua backup --keys"), "\(made.errors)")
    }
    let before = try names(ledgers)
    #expect(before.count == 3)
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    try DiskFault.changeRecord(2, in: daemon.data + "/ledger")
    let failed = try client.run("backup", "--directory", ledgers, "--keep", "1")
    #expect(failed.status == 1, "\(failed.errors)")
    #expect(try names(ledgers) == before)
  }

  @Test(
    "what cannot be meant is refused with what to do",
    arguments: [
      (["--keep", "3"], "needs --directory"), (["--keys-keep", "3"], "needs --keys-directory"),
      (["--keys-directory", "."], "needs --keys-keep"),
      (["--directory", ".", "--keep", "0"], "from 1 to"),
      (["--directory", ".", "--keep", "1", "file"], "without a file"),
      (["--directory", ".", "--keep", "1", "--keys", "file"], "without a file"),
      (["--directory", ".", "--keep", "1", "--keys-directory", "./", "--keys-keep", "1"], "two different directories"),
    ])
  func refused(arguments: [String], reason: String) throws {
    let refused = try Client(socket: "/nowhere").run(["backup"] + arguments)
    #expect(refused.status == 64 && refused.errors.contains(reason), "\(refused.errors)")
  }

  @Test("a checkpoint of each day and size goes into its directory for everybody to read, and none is written over")
  func checkpoints() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T20:00"]
    let place = try makeDirectory(daemon.home + "/checkpoints")
    let client = Client(socket: daemon.socket)
    try daemon.start()
    let keyless = try client.run("checkpoint", "--directory", place)
    #expect(keyless.status == 1 && keyless.errors.contains("motcuad keygen"), "\(keyless.errors)")
    // The timer's own call is content to wait for a key.
    let early = try client.run("checkpoint", "--directory", place, "--if-key")
    #expect(early.status == 0 && early.errors.contains("motcuad keygen"), "\(early.errors)")
    #expect(try names(place).isEmpty && daemon.stop() == 0)
    #expect(try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config).status == 0)
    try daemon.start()
    let first = place + "/2026-11-18-1.checkpoint"
    for _ in 0..<2 {
      let made = try client.run("checkpoint", "--directory", place)
      #expect(made.status == 0 && made.output.contains(first), "\(made.errors)")
    }
    let note = try String(contentsOfFile: first, encoding: .utf8)
    #expect(note.hasPrefix("motcua/H56.26.07\n1\n"))
    #expect(try FileManager.default.attributesOfItem(atPath: first)[.posixPermissions] as? Int == 0o644)
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    #expect(try client.run("checkpoint", "--directory", place).status == 0)
    #expect(try names(place) == ["2026-11-18-1.checkpoint", "2026-11-18-2.checkpoint"])
    // Something else has that name.
    _ = try daemon.connect().receive("Trần Văn Nam")
    try "mine".write(toFile: place + "/2026-11-18-3.checkpoint", atomically: true, encoding: .utf8)
    let taken = try client.run("checkpoint", "--directory", place)
    #expect(taken.status == 64 && taken.errors.contains("is there already"), "\(taken.errors)")
    #expect(try String(contentsOfFile: place + "/2026-11-18-3.checkpoint", encoding: .utf8) == "mine")
    let both = try client.run("checkpoint", "--directory", place, "--out", "x")
    #expect(both.status == 64 && both.errors.contains("without --out"), "\(both.errors)")
    // The key that was there is gone: that hides behind nothing.
    #expect(daemon.stop() == 0)
    try FileManager.default.removeItem(atPath: daemon.data + "/keys/signing")
    try daemon.start()
    let lost = try client.run("checkpoint", "--directory", place, "--if-key")
    #expect(lost.status == 1 && lost.errors.contains("motcuad keygen"), "\(lost.errors)")
  }
}
