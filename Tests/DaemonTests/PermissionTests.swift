import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite(
  "Who may do what", .oneAtATime, .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
struct PermissionTests {
  /// Every method with the role that it is for, and parameters that it takes.
  static let table: [(method: String, role: Wire.Role, parameters: String)] = [
    ("vn.motcua.Desk.Receive", .clerk, #"{"kind":"enquiry"}"#),
    ("vn.motcua.Desk.Consult", .clerk, #"{"code":"9","question":"q","guidance":"g"}"#),
    ("vn.motcua.Desk.Progress", .clerk, #"{"code":"9","step":"s"}"#),
    ("vn.motcua.Desk.Apologise", .clerk, #"{"code":"9","cause":"late","text":"t"}"#),
    ("vn.motcua.Desk.Resolve", .clerk, #"{"code":"9"}"#),
    ("vn.motcua.Desk.Return", .clerk, #"{"code":"9"}"#),
    ("vn.motcua.Desk.Withdraw", .clerk, #"{"code":"9","reason":"r"}"#),
    ("vn.motcua.Desk.Correct", .clerk, #"{"code":"9","reason":"r"}"#),
    ("vn.motcua.Desk.Erase", .supervisor, #"{"code":"9","basis":"b"}"#),
    ("vn.motcua.Desk.Notify", .clerk, #"{"code":"9","channel":"phone","outcome":"sent"}"#),
    ("vn.motcua.Views.Show", .reader, #"{"code":"9"}"#),
    ("vn.motcua.Views.History", .reader, #"{"code":"9"}"#),
    ("vn.motcua.Views.List", .reader, "{}"),
    ("vn.motcua.Views.Next", .reader, "{}"),
    ("vn.motcua.Views.Owed", .reader, "{}"),
    ("vn.motcua.Views.Search", .reader, #"{"words":"hoa"}"#),
    ("vn.motcua.Views.Tally", .reader, "{}"),
    ("vn.motcua.Views.Explain", .reader, #"{"code":"9"}"#),
    ("vn.motcua.Views.Procedures", .reader, "{}"),
    ("vn.motcua.Views.GetSlip", .reader, #"{"code":"9"}"#),
    ("vn.motcua.Views.Watch", .reader, #"{"after":0}"#),
    ("vn.motcua.Views.Prove", .reader, #"{"code":"9"}"#),
    ("vn.motcua.Views.ProveConsistency", .reader, #"{"old":"x"}"#),
    ("vn.motcua.Admin.GetStatus", .reader, "{}"),
    ("vn.motcua.Admin.GetMetrics", .reader, "{}"),
    ("vn.motcua.Admin.GetClock", .reader, "{}"),
    ("vn.motcua.Admin.AcceptClock", .supervisor, "{}"),
    ("vn.motcua.Admin.Rebuild", .operatorRole, "{}"),
    ("vn.motcua.Admin.Verify", .operatorRole, "{}"),
    ("vn.motcua.Admin.Backup", .operatorRole, "{}"),
    ("vn.motcua.Admin.Upload", .operatorRole, #"{"text":"x"}"#),
    ("vn.motcua.Admin.Import", .operatorRole, #"{"upload":"x","mapping":"x"}"#),
    ("vn.motcua.Admin.Checkpoint", .operatorRole, "{}"),
    ("vn.motcua.Admin.Export", .operatorRole, "{}"),
    ("vn.motcua.Admin.ImportLedger", .operatorRole, #"{"upload":"x"}"#),
    ("vn.motcua.Admin.SetClock", .operatorRole, #"{"to":"+1"}"#),
    ("vn.motcua.Ledger.GetHead", .relay, "{}"),
    ("vn.motcua.Ledger.Records", .relay, #"{"after":0,"limit":1}"#),
    ("vn.motcua.Ledger.Archived", .relay, #"{"size":1,"root":"x"}"#),
  ]

  /// What is asked of a method that a weaker role may call, and is for a stronger one.
  private static let special: [(method: String, role: Wire.Role, parameters: String)] = [
    ("vn.motcua.Views.Prove", .supervisor, #"{"code":"9","open":true}"#),
    ("vn.motcua.Desk.Receive", .supervisor, #"{"kind":"enquiry","entry":{"onBehalfOf":"nobody"}}"#),
    ("vn.motcua.Admin.Backup", .operatorRole, #"{"keys":true}"#),
    ("vn.motcua.Admin.Export", .operatorRole, #"{"readable":true}"#),
  ]

  @Test("every method of the interfaces is in the table of this test, once")
  func complete() throws {
    let methods = try WireInterfaces.texts.flatMap { text in
      let interface = try InterfaceDescription(parsing: text)
      return interface.methods.map { "\(interface.name).\($0.name)" }
    }
    #expect(methods.sorted() == Self.table.map(\.method).sorted())
  }

  /// The roles that may do what is for the first, written out.
  private static let whoMay: [Wire.Role: Set<Wire.Role>] = [
    .reader: [.reader, .clerk, .supervisor, .operatorRole], .clerk: [.clerk, .supervisor, .operatorRole],
    .supervisor: [.supervisor, .operatorRole], .operatorRole: [.operatorRole],
    // Beside the ladder: no rank may do it but an operator, and a relay may nothing else.
    .relay: [.relay, .operatorRole],
  ]

  @Test(
    "whatever is for another role is refused, with the role that it needs and the one that is held; the rest is not",
    arguments: Somebody.all)
  func everyMethod(somebody: Somebody) throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    let calls = Self.table + Self.special
    let answers = try somebody.answers(daemon.socket, calls.map { ($0.method, $0.parameters) })
    for (call, answer) in zip(calls, answers) {
      // The method's own role is asked for before what is asked of it.
      let roles = Self.table.filter { $0.method == call.method }.map(\.role) + [call.role]
      let needed = roles.first { role in !(somebody.role.map { Self.whoMay[role]?.contains($0) == true } ?? false) }
      let isDenied = answer.error?.hasSuffix("PermissionDenied") == true
      #expect(isDenied == (needed != nil), "\(call.method) \(call.parameters): \(answer)")
      if let needed { #expect(answer == .denied(call.method, needed: needed, held: somebody.role)) }
    }
  }

  @Test("a stranger changes nothing and learns nothing but what the service is; each refusal is in the log")
  func stranger() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    let calls = [
      ("vn.motcua.Desk.Receive", #"{"kind":"enquiry"}"#), ("org.varlink.service.GetInfo", "{}"),
      ("org.varlink.service.GetInterfaceDescription", #"{"interface":"vn.motcua.Desk"}"#),
    ]
    let answers = try Somebody.stranger.answers(daemon.socket, calls.map { (method: $0.0, parameters: $0.1) })
    #expect(answers[0] == .denied("vn.motcua.Desk.Receive", needed: .clerk, held: nil))
    #expect(answers[1].error == nil && answers[2].error == nil)
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.cases == 0)
    let line = try #require(daemon.log.split(separator: "\n").first { $0.contains("refused") })
    for part in ["61000", "uid 61000", "vn.motcua.Desk.Receive", "clerk", "none"] {
      #expect(line.contains(part), "\(line)")
    }
  }

  @Test("whoever is refused again and again is told of once for each method, and how often is not lost")
  func paced() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    let many = Array(repeating: (method: Wire.Receive.method, parameters: #"{"kind":"enquiry"}"#), count: 30)
    let answers = try Somebody.reader.answers(daemon.socket, many + [(Wire.Verify.method, "{}")])
    #expect(answers.allSatisfy { $0.error == Wire.PermissionDenied.error })
    let lines = daemon.log.split(separator: "\n").filter { $0.contains("refused") }
    #expect(lines.count == 2, "\(lines)")
    #expect(lines.contains { $0.contains(Wire.Verify.method) })
    let metrics = try daemon.connect().ask(Wire.GetMetrics()).text
    #expect(metrics.contains(#"{method="vn.motcua.Desk.Receive",error="vn.motcua.Desk.PermissionDenied"} 30"#))
  }

  /// Watches from the first event on, says how many pages have come, and at last what the second is.
  private static let watcher = """
    import os, socket, sys
    os.setgroups([61101]); os.setgid(61000); os.setuid(61001)
    peer = socket.socket(socket.AF_UNIX); peer.settimeout(60); peer.connect(sys.argv[1])
    peer.sendall(b'{"method":"vn.motcua.Views.Watch","more":true,"parameters":{"after":0}}\\0')
    answer = b""
    while answer.count(b"\\0") < 2:
        part = peer.recv(65536)
        if not part: break
        answer += part
        print(answer.count(b"\\0"), flush=True)
    print(answer.split(b"\\0")[1].decode())
    """

  @Test("given a watcher, when a reload takes his role, then he is told so at the next event, and not the event")
  func withdrawn() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.watcher, daemon.socket]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).hasPrefix("1"))
    try Configuration.replace(daemon.config + "/office.toml", "\"61101\"", "\"61199\"")
    daemon.signal(SIGHUP)
    #expect(eventually { daemon.log.contains("the configuration is reloaded") })
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(said.contains(Wire.PermissionDenied.error) && !said.contains("Hoa"), "\(said)")
  }

  @Test(
    "while the directory of users hangs, who waits for it waits alone", .enabled(if: AttackTests.hasCompiler))
  func hangingDirectory() async throws {
    let (daemon, fault) = try Self.faulty()
    try daemon.startForAll(clerks: ["nobody"])
    let desk = try daemon.connect()
    // Known from here on for a minute.
    #expect(try Somebody.supervisor.answer(daemon.socket, Wire.GetStatus()).error == nil)
    try "hang".write(toFile: fault, atomically: true, encoding: .utf8)
    let socket = daemon.socket
    async let answers = inParallel(4) { index in
      let acting = Wire.Receive(kind: .enquiry, entry: Wire.Entry(onBehalfOf: "nobody"))
      let answer =
        index < 2
        ? try? Somebody.reader.answer(socket, Wire.GetStatus()) : try? Somebody.supervisor.answer(socket, acting)
      return answer.map { $0.error == nil } ?? false
    }
    let start = ContinuousClock.now
    for _ in 0..<10 {
      _ = try desk.ask(Wire.GetStatus())
      _ = try desk.pages(Wire.List())
      usleep(100_000)
    }
    #expect(start.duration(to: .now) < .seconds(6))
    #expect(await answers == [true, true, true, true])
    #expect(start.duration(to: .now) > .seconds(7), "nobody waited")
  }

  /// A daemon whose look-ups of users and groups fail while there is a file at the path.
  fileprivate static func faulty() throws -> (RunningDaemon, fault: String) {
    let daemon = try RunningDaemon()
    let fault = daemon.home + "/fault"
    daemon.environment = [
      "LD_PRELOAD": try Disk.compile("Attacks/users.c", in: daemon.home), "USERS_FAULT": fault,
    ]
    return (daemon, fault)
  }

  @Test(
    "a directory of users that cannot say is none without users: a reload is refused, the roles stay, and a start fails",
    .enabled(if: AttackTests.hasCompiler))
  func failingDirectory() throws {
    let (daemon, fault) = try Self.faulty()
    try daemon.startForAll()
    try "fail".write(toFile: fault, atomically: true, encoding: .utf8)
    daemon.signal(SIGHUP)
    #expect(eventually { daemon.log.contains("the configuration is refused") })
    #expect(daemon.log.contains("“61101” cannot be looked up on this machine"), "\(daemon.log)")
    #expect(try Somebody.reader.answer(daemon.socket, Wire.GetStatus()).error == nil)
    #expect(daemon.log.contains("an account's name cannot be looked up"))
    let behalf = Wire.Receive(kind: .enquiry, entry: Wire.Entry(onBehalfOf: "nobody"))
    #expect(try Somebody.supervisor.answer(daemon.socket, behalf).error == Wire.AccountsUnavailable.error)
    #expect(daemon.stop() == 0)
    try daemon.launch()
    #expect(daemon.waitForExit() == 78)
    try FileManager.default.removeItem(atPath: fault)
    try daemon.start()
  }

  @Test("the status says to everybody what he is himself, and the client shows it")
  func ownRole() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    for somebody in Somebody.all where somebody.role != nil && somebody.role != .relay {
      let answer = try #require(try somebody.ask(daemon.socket, [(Wire.GetStatus.method, "{}")]).first)
      let reply = try Reply.parse(Array(answer)).read(Wire.GetStatus.Answer.self)
      #expect(reply.status.role == somebody.role.map(Wire.Told.known))
    }
    #expect(try Client(socket: daemon.socket).run("status").output.contains("operator"))
  }

  @Test("the client says who may do it and in which group he is, and exits with 77")
  func client() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    var client = Client(socket: daemon.socket)
    // Where he may read it.
    client.program = daemon.home + "/motcua"
    try FileManager.default.copyItem(
      atPath: Project.program("motcua"), toPath: client.program)
    let (uid, gid) = (Somebody.clerk.uid, Somebody.clerk.gid)
    client.wrapper = ["/usr/bin/setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups"]
    let refused = try client.run("erase", "9", "--basis", "Luật 91/2025/QH15")
    #expect(refused.status == 77 && refused.output.isEmpty)
    #expect(refused.errors.contains("for a supervisor; this account is a clerk"), "\(refused.errors)")
    #expect(refused.errors.contains("motcua-supervisors"))
    #expect(try client.run("tally").status == 0)
    #expect(try client.run("status").output.contains("clerk"))
  }

  @Test("what is recorded bears the account and the role of who did it, the daemon's own events, too")
  func recorded() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    for somebody in [Somebody.clerk, .supervisor, .operatorRole] {
      #expect(try somebody.answer(daemon.socket, Wire.Receive(kind: .enquiry)).error == nil)
    }
    _ = try daemon.connect().receive("Hoa")
    var events: [Wire.Event] = []
    try daemon.connect().stream(Wire.Watch(after: 0)) {
      events = $0.events
      return false
    }
    #expect(events.map(\.role) == ["operator", "clerk", "supervisor", "operator", "operator"])
    #expect(events.map(\.uid) == [0, 61_002, 61_003, 61_004, 0])
    #expect(events.allSatisfy { $0.onBehalfOf == nil })
  }

  @Test(
    "given a command of one clerk, when another sends it again under its id, then nothing happens in either's name")
  func replay() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["nobody"])
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    let step = Wire.Progress(
      code: code, step: "Tra sổ", entry: Wire.Entry(commandId: "018f4e6a-0000-7000-8000-000000000001"))
    #expect(try Somebody.clerk.answer(daemon.socket, step).error == nil)
    #expect(try Somebody.otherClerk.answer(daemon.socket, step).error == Wire.CommandReused.error)
    var acting = step
    acting.entry?.onBehalfOf = "nobody"
    #expect(try Somebody.supervisor.answer(daemon.socket, acting).error == Wire.CommandReused.error)
    #expect(try Somebody.clerk.answer(daemon.socket, step).error == nil)
    #expect(try desk.pages(Wire.History(code: code)).flatMap(\.events).map(\.uid) == [0, 61_002])
  }

  @Test("a supervisor acts on behalf of one who may do it himself: both are recorded, and the work is the other's")
  func onBehalf() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["nobody"])
    let desk = try daemon.connect()
    func answer(_ who: Somebody, _ account: String) throws -> Somebody.Answer {
      try who.answer(daemon.socket, Wire.Receive(kind: .enquiry, entry: Wire.Entry(onBehalfOf: account)))
    }
    #expect(try answer(.clerk, "nobody") == .denied(Wire.Receive.method, needed: .supervisor, held: .clerk))
    #expect(try answer(.supervisor, "no-such").error == Wire.UnknownAccount.error)
    #expect(
      try answer(.supervisor, "daemon")
        == .init(error: Wire.BehalfNotAllowed.error, parameters: .init(needed: .clerk, account: "daemon")))
    // May everything, and does nothing at the counter.
    #expect(
      try answer(.supervisor, "root")
        == .init(error: Wire.BehalfNotAllowed.error, parameters: .init(needed: .clerk, account: "root")))
    let erase = Wire.Erase(code: "9", basis: "b", entry: Wire.Entry(onBehalfOf: "nobody"))
    #expect(
      try Somebody.supervisor.answer(daemon.socket, erase)
        == .init(
          error: Wire.BehalfNotAllowed.error,
          parameters: .init(needed: .supervisor, held: .clerk, account: "nobody")))
    #expect(try desk.ask(Wire.GetStatus()).status.cases == 0)

    #expect(try answer(.supervisor, "nobody").error == nil)
    let mine = try desk.pages(Wire.List(clerk: "nobody")).flatMap(\.cases)
    #expect(mine.map(\.receiver) == ["nobody"])
    let event = try #require(try desk.pages(Wire.History(code: mine[0].code)).flatMap(\.events).first)
    #expect(event.uid == 61_003 && event.account == "uid 61003" && event.role == "supervisor")
    #expect(event.onBehalfOf == "nobody")
    for (language, words) in [("vi", "uid 61003 thay cho nobody"), ("en", "uid 61003 on behalf of nobody")] {
      let said = try Client(socket: daemon.socket, language: language).run("history", mine[0].code).output
      #expect(said.contains(words), "\(said)")
    }
    // It outlives a replay.
    _ = try desk.pages(Wire.Rebuild())
    #expect(try desk.pages(Wire.List(clerk: "nobody")).flatMap(\.cases).count == 1)
    // Whoever names himself acts as himself.
    let own = try Client(socket: daemon.socket).run("receive", "--kind", "enquiry", "--on-behalf-of", "root")
    #expect(own.status == 0, "\(own.errors)")
    #expect(try desk.pages(Wire.List(clerk: "root")).flatMap(\.cases).count == 1)
  }

  @Test("a second new date, and what happened more than three days ago, a supervisor records and a clerk does not")
  func dates() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.startForAll()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    func apologise(_ who: Somebody, _ newDue: String) throws -> Somebody.Answer {
      try who.answer(daemon.socket, Wire.Apologise(code: code, cause: "late", text: "Xin lỗi.", newDue: newDue))
    }
    #expect(try apologise(.clerk, "2026-11-25").error == nil)
    let refused = try apologise(.clerk, "2026-11-27")
    #expect(refused.error == Wire.AlreadyReappointed.error && refused.parameters?.needed == .supervisor)
    #expect(try apologise(.supervisor, "2026-11-27").error == nil)

    _ = try desk.ask(Wire.SetClock(to: "2026-11-23T09:00"))
    func advise(_ who: Somebody, _ occurredAt: String) throws -> Somebody.Answer {
      let entry = Wire.Entry(occurredAt: occurredAt, reason: "mất điện")
      return try who.answer(daemon.socket, Wire.Consult(code: code, question: "q", guidance: "g", entry: entry))
    }
    #expect(try advise(.clerk, "2026-11-20T00:00").error == nil)
    let tooFar = try advise(.clerk, "2026-11-19T23:59")
    #expect(
      tooFar == .init(error: Wire.BackdatedTooFar.error, parameters: .init(needed: .supervisor, days: 4, daysMax: 3)))
    #expect(try advise(.supervisor, "2026-11-19T23:59").error == nil)
    #expect(try desk.ask(Wire.Show(code: code)).case.version == 5)
  }

  @Test(
    "an office of before there were roles goes on, root is its operator, and who has which role is no rule of the ledger"
  )
  func withoutRoles() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let path = daemon.config + "/office.toml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let start = try #require(text.range(of: "[role.reader]")?.lowerBound)
    try text[..<start].write(toFile: path, atomically: true, encoding: .utf8)
    try daemon.start()
    let status = try daemon.connect().ask(Wire.GetStatus()).status
    #expect(status.role == .known(.operatorRole))
    #expect(daemon.stop() == 0)
    daemon.config = RunningDaemon.sampleConfiguration
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.position == status.position)
  }
}

@Suite("The roles in the settings")
struct RoleSettingsTests {
  @Test("a user or a group that is not there yet is told with its line, and is no mistake")
  func unknown() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let path = daemon.config + "/office.toml"
    try Configuration.replace(path, "[role.clerk]\nusers = []", "[role.clerk]\nusers = [\"root\", \"no-such-user\"]")
    let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    let line = try #require(lines.firstIndex { $0.contains("no-such-user") }) + 1
    let said = try Operator.run("check-config", "--config", daemon.config)
    #expect(said.status == 0)
    #expect(said.errors.contains("office.toml:\(line): there is no user “no-such-user”"), "\(said.errors)")
    #expect(!said.errors.contains("“root”"))
    try daemon.start()
    #expect(daemon.log.contains("office.toml:\(line): there is no user “no-such-user”"), "\(daemon.log)")
  }

  @Test(
    "a role or a key that is misspelt is a mistake, with its line",
    arguments: [("[role.clerk]", "[role.clrek]"), ("groups = [\"motcua-clerks\"]", "group = [\"motcua-clerks\"]")])
  func misspelt(old: String, new: String) throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let path = daemon.config + "/office.toml"
    try Configuration.replace(path, old, new)
    let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    let line = try #require(lines.firstIndex(of: new)) + 1
    let said = try Operator.run("check-config", "--config", daemon.config)
    #expect(said.status == 78)
    #expect(said.errors.contains("office.toml:\(line): unknown key"), "\(said.errors)")
  }
}
