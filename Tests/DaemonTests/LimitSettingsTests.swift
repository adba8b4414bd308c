import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// What bounds are set to in the configuration is what those meet who call.
@Suite("Limits as they are set", .oneAtATime)
struct LimitSettingsTests {
  private static func reload(_ daemon: RunningDaemon) throws {
    let told = daemon.log.components(separatedBy: "the configuration is reloaded").count
    kill(try #require(daemon.process?.processIdentifier), SIGHUP)
    #expect(eventually { daemon.log.components(separatedBy: "the configuration is reloaded").count > told })
  }

  @Test("a case has as many events as office.toml says, and with the next reload as many as it says then")
  func caseEvents() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let office = daemon.config + "/office.toml"
    try Configuration.replace(office, "case_events_max = 1000", "case_events_max = 1003")
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    let more = Wire.Consult(code: code, question: "?", guidance: "!")
    for _ in 1..<1003 { _ = try desk.ask(more) }
    func expectFull(_ events: Int) throws {
      let refused = try desk.refusal(of: more, Wire.TooManyEvents.self)
      #expect(refused == Wire.TooManyEvents(code: code, events: events, eventsMax: events))
      #expect(try desk.ask(Wire.Show(code: code)).case.version == events)
    }
    try expectFull(1003)
    // Other cases are not full.
    #expect(try desk.receive("Lê Văn An").number > 1)
    try Configuration.replace(office, "case_events_max = 1003", "case_events_max = 1005")
    try Self.reload(daemon)
    for _ in 1003..<1005 { _ = try desk.ask(more) }
    try expectFull(1005)
  }

  @Test("fewer events than a case may need are refused by check-config, with file and line, and by a reload")
  func tooFew() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try daemon.start()
    let office = daemon.config + "/office.toml"
    func check() throws -> Client.Outcome { try Operator.run("check-config", "--config", daemon.config) }
    #expect(try check().status == 0)
    try Configuration.replace(office, "case_events_max = 1000", "case_events_max = 999")
    let lines = try String(contentsOfFile: office, encoding: .utf8).components(separatedBy: "\n")
    let line = try #require(lines.firstIndex { $0.hasPrefix("case_events_max") }) + 1
    let refused = try check()
    #expect(
      refused.status == 78
        && refused.errors.contains("\(office):\(line): case_events_max must be a whole number from 1000"),
      "\(refused.said)")
    kill(try #require(daemon.process?.processIdentifier), SIGHUP)
    #expect(eventually { daemon.log.contains("the configuration is refused") })
    #expect(daemon.log.contains("office.toml:\(line): case_events_max"), "\(daemon.log)")
  }

  /// Asks for the same on one connection after the other and reads nothing, until an answer stays away; says how many it
  /// had asked by then, and with each line that it gets whether the last one has come.
  private static let silent = """
    held = []
    def has_come(made):
        waiting = array.array("i", [0])
        fcntl.ioctl(made, termios.FIONREAD, waiting)
        # More than the first page, which is a short one.
        return waiting[0] > 100_000
    def is_answered(made):
        for _ in range(200):
            if has_come(made): return True
            time.sleep(0.01)
        return False
    while len(held) < 60:
        made = socket.socket(socket.AF_UNIX); made.connect(sys.argv[1]); held.append(made)
        made.sendall(sys.argv[2].encode() + b"\\0")
        if not is_answered(made): break
    print(len(held), flush=True)
    for _ in sys.stdin: print("come" if has_come(held[-1]) else "away", flush=True)
    """

  @Test(
    "what a user does not read is as much as is set: his next answer stays away, and comes when he may leave more",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func unread() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65534"], settings: ["unread_mib_per_user_max": 1])
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    let guidance = String(repeating: "ô", count: 2000)
    for _ in 1..<200 { _ = try desk.ask(Wire.Consult(code: code, question: "?", guidance: guidance)) }
    let history = Wire.History(code: code)
    let call =
      #"{"method":"\#(Wire.History.method)","more":true,"parameters":\#(String(decoding: history.json, as: UTF8.self))}"#
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import array, fcntl, termios, time\n" + Python.become(65_534) + Self.silent, daemon.socket,
      call,
    ]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    func said() -> String {
      String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    func last() throws -> String {
      try input.fileHandleForWriting.write(contentsOf: Data("?\n".utf8))
      return said()
    }
    // With the 8 MiB that are set unless said otherwise, some forty.
    let asked = try #require(Int(said()))
    #expect((5...20).contains(asked), "\(asked)")
    // Others have theirs, and he waits.
    #expect(try desk.pages(history).flatMap(\.events).count == 200)
    #expect(try last() == "away")
    try daemon.set(["unread_mib_per_user_max": 16])
    try Self.reload(daemon)
    #expect(try eventually { try last() == "come" })
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
