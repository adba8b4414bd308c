import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("The daemon's figures", .oneAtATime)
struct MetricsTests {
  static let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// A sample by its name and labels.
  private static func sample(_ name: String, in text: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .flatMap { Double($0.dropFirst(name.count + 1)) }
  }

  @Test("given commands, questions and refusals, the metrics count each of them, and how long it took")
  func counts() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let before = try desk.ask(Wire.GetMetrics()).text
    for _ in 0..<3 { _ = try desk.receive("Nguyễn Thị Hoa") }
    _ = try desk.refusal(of: Wire.Show(code: "999999"), Wire.UnknownCase.self)
    _ = try desk.pages(Wire.List())
    #expect(throws: CallError.self) { try desk.call("vn.motcua.Desk.Receive", parameters: Array(#"{"x":1}"#.utf8)) }
    let text = try desk.ask(Wire.GetMetrics()).text
    func grown(_ name: String) -> Double {
      (Self.sample(name, in: text) ?? -1) - (Self.sample(name, in: before) ?? 0)
    }
    #expect(grown(#"motcua_command_duration_seconds_count{method="Receive"}"#) == 3)
    #expect(grown(#"motcua_command_duration_seconds_bucket{method="Receive",le="+Inf"}"#) == 3)
    #expect(grown(#"motcua_command_duration_seconds_sum{method="Receive"}"#) > 0)
    #expect(grown(#"motcua_query_duration_seconds_count{method="Show"}"#) == 1)
    #expect(grown(#"motcua_query_duration_seconds_count{method="List"}"#) == 1)
    #expect(grown("motcua_commit_duration_seconds_count") == 3)
    #expect(grown("motcua_batch_commands_sum") == 3)
    #expect(grown("motcua_ledger_events") == 3)
    #expect(grown("motcua_cases") == 3)
    #expect(
      grown(#"motcua_errors_total{method="vn.motcua.Views.Show",error="vn.motcua.Desk.UnknownCase"}"#) == 1)
    #expect(
      grown(
        #"motcua_errors_total{method="vn.motcua.Desk.Receive",error="org.varlink.service.InvalidParameter"}"#) == 1)
    #expect(Self.sample("motcua_connections", in: text) == 1)
    #expect(Self.sample("motcua_views_lag_events", in: text) == 0)
    #expect(Self.sample("motcua_process_open_fds", in: text) ?? 0 > 5)
    #expect(Self.sample("motcua_oldest_open_due_timestamp_seconds", in: text) ?? 0 > 1.7e9)
    #expect(!text.contains("Nguyễn") && !text.contains("nguyen"))
  }

  @Test(
    "a call that the role does not allow is counted as an error and not among the durations",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func refused() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    #expect(try Somebody.reader.answer(daemon.socket, Wire.Receive(kind: .enquiry)).error != nil)
    let text = try daemon.connect().ask(Wire.GetMetrics()).text
    let error = #"motcua_errors_total{method="vn.motcua.Desk.Receive",error="vn.motcua.Desk.PermissionDenied"}"#
    #expect(Self.sample(error, in: text) == 1)
    #expect(Self.sample(#"motcua_command_duration_seconds_count{method="Receive"}"#, in: text) == 0)
  }

  @Test(
    "what the metrics say is what Prometheus reads, without a complaint of its own checker",
    .enabled(if: promtool != nil, "skipped: promtool (Debian's prometheus) is not here"))
  func checked() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    let file = daemon.home + "/motcua.prom"
    let client = Client(socket: daemon.socket)
    for arguments in [["metrics", "--out", file], ["metrics", "--out", file, "--force"]] {
      let said = try client.run(arguments)
      #expect(said.status == 0, "\(said.errors)")
    }
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o644)
    let checked = try Program.run(
      [try #require(Self.promtool), "check", "metrics"], input: try Data(contentsOf: URL(filePath: file)))
    #expect(checked.status == 0 && checked.said == "", "\(checked.said)")
  }

  @Test("given a disk that refuses the mark of what is durable, then status, metrics and log say so until it is taken")
  func unmarked() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let (desk, client) = (try daemon.connect(), Client(socket: daemon.socket))
    func isSaid() throws -> [Bool] {
      [
        try desk.ask(Wire.GetStatus()).status.markRefused == true,
        Self.sample("motcua_mark_refused", in: try desk.ask(Wire.GetMetrics()).text) == 1,
        try client.run(["status"]).output.contains("written before each answer (see the log)"),
        try client.run(["status", "--lang", "vi"]).output.contains("ghi trước mỗi trả lời (xem nhật ký)"),
      ]
    }
    // What a start records of the office is in the views at once, and needs no mark.
    let mark = daemon.data + "/views-1/durable"
    try FileManager.default.createDirectory(atPath: mark, withIntermediateDirectories: false)
    #expect(try isSaid() == [false, false, false, false])
    _ = try desk.receive("Nguyễn Thị Hoa")
    #expect(try isSaid() == [true, true, true, true])
    #expect(daemon.log.contains("the disk does not take the mark of what is durable"), "\(daemon.log)")
    try FileManager.default.removeItem(atPath: mark)
    _ = try desk.receive("Nguyễn Thị Hoa")
    #expect(try isSaid() == [false, false, false, false])
    #expect(daemon.log.contains("the disk takes the mark of what is durable again"), "\(daemon.log)")
    #expect(daemon.stop() == 0)
  }

  @Test("the status says how long it runs, what waits, who reads, what is open longest, and when it was backed up")
  func status() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    let first = try desk.receive("Nguyễn Thị Hoa")
    _ = try desk.ask(Wire.SetClock(to: "2026-11-19T09:00"))
    _ = try desk.receive("Trần Văn Bình")
    _ = try desk.backup()
    let status = try desk.ask(Wire.GetStatus()).status
    #expect(status.uptimeSeconds ?? -1 >= 0)
    #expect(status.viewsLag == 0 && status.waitingCommands == 0 && status.connections == 1)
    #expect(status.commitsPerSecond ?? -1 >= 0)
    #expect(status.oldestOpen == .init(code: first.code, receivedAt: first.recordedAt, due: first.due))
    #expect(status.signingKey == nil && status.lastCheckpoint == nil)
    #expect(status.lastBackup?.hasPrefix("2026-11-19T09:00") == true)
    let said = try Client(socket: daemon.socket).run(["status"]).output
    for line in ["Due first", first.code, "Signing key", "none (motcuad keygen)", "Backup"] {
      #expect(said.contains(line), "\(said)")
    }
    #expect(!said.contains("Hoa") || said.contains("Hoa Sen"))
  }
}
