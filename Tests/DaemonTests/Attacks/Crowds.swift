import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// Many who ask for little, again and again. Each of them is answered or told why not, and somebody else goes on.
extension AttackTests {
  enum Crowd: String, CaseIterable {
    case watchers, searchers, proofs, fullCase, beyondBudget, strangers
  }

  private static let (reader, clerk, stranger): (UInt32, UInt32, UInt32) = (65_534, 65_533, 65_532)

  @Test(
    "many who ask for little hold up nobody: each is answered, or told what he has too much of",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"), arguments: Crowd.allCases)
  func crowd(_ crowd: Crowd) throws {
    let daemon = try RunningDaemon()
    try #require(try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config).status == 0)
    try daemon.startForAll(readers: ["\(Self.reader)"], clerks: ["\(Self.clerk)"])
    let desk = try daemon.connect()
    let code = try desk.receive("Trần Văn Đầy").code
    for number in 0..<300 { _ = try desk.receive("Trần Văn Nam \(number)") }
    _ = try desk.ask(Wire.Checkpoint())
    try Bystander(of: daemon).stands("a crowd of \(crowd)") {
      switch crowd {
      case .watchers:
        // Each begins with everything, and is given the end only with his connection.
        let greedy = try Greedy(daemon.socket, as: Self.reader, connections: 60, Wire.Watch(after: 0))
        return Self.end(of: greedy)
      case .searchers:
        let greedy = try Greedy(daemon.socket, as: Self.reader, connections: 60, Wire.Search(words: "Nam"))
        return Self.end(of: greedy)
      case .proofs:
        // The case goes on, so that no checkpoint has all of it; he is told so, and none is signed for him.
        _ = try desk.ask(Wire.Progress(code: code, step: "Xem xét"))
        let signed = try desk.status.lastCheckpoint
        let greedy = try Greedy(daemon.socket, as: Self.reader, connections: 60, Wire.Prove(code: code))
        let end = Self.end(of: greedy, told: Wire.NotInCheckpointYet.error)
        return {
          try end()
          let now = try desk.status.lastCheckpoint
          #expect(now == signed)
        }
      case .fullCase:
        for _ in 1..<1000 { _ = try desk.ask(Wire.Consult(code: code, question: "?", guidance: "!")) }
        let greedy = try Greedy(
          daemon.socket, as: Self.clerk, connections: 60, Wire.Consult(code: code, question: "?", guidance: "!"),
          more: false)
        return Self.end(of: greedy, told: Wire.TooManyEvents.error, paced: true)
      case .beyondBudget:
        try Configuration.replace(
          daemon.config + "/motcuad.toml", "# commands_per_minute_max = 600", "commands_per_minute_max = 30")
        kill(try #require(daemon.process?.processIdentifier), SIGHUP)
        #expect(eventually { daemon.log.contains("the configuration is reloaded") })
        let greedy = try Greedy(
          daemon.socket, as: Self.clerk, connections: 60, Wire.Consult(question: "?", guidance: "!"), more: false)
        return Self.end(of: greedy, told: Wire.TooManyCommands.error, paced: true)
      case .strangers:
        // He comes and goes, and is told each time that he may nothing.
        let comings = try Comings(daemon.socket, as: Self.stranger)
        return {
          #expect(eventually { daemon.log.contains("connections come too fast") })
          let count = try comings.end()
          #expect(count > 0)
        }
      }
    }
  }

  /// Ends what somebody asks for, who has been told this and nothing else.
  ///
  /// - Parameter paced: whether he was told so no more often than anybody is.
  private static func end(of greedy: Greedy, told error: String? = nil, paced: Bool = false) -> () throws -> Void {
    {
      let outcome = try greedy.end()
      // As many as in a second at once, and what each of his connections was told last.
      if paced { #expect(Double(outcome.answers) <= 64 * (outcome.seconds + 2) + 60, "\(outcome)") }
      #expect(Set(outcome.errors.keys) == Set([error].compactMap(\.self)), "\(outcome)")
    }
  }

  /// Somebody who connects and leaves at once, sixteen at a time.
  private final class Comings {
    private static let script = """
      over = threading.Event(); count = [0] * 16
      def come(number):
          while not over.is_set():
              made = socket.socket(socket.AF_UNIX); made.settimeout(60)
              try: made.connect(sys.argv[1])
              except OSError: continue
              made.close(); count[number] += 1
      for number in range(16): threading.Thread(target=come, args=(number,), daemon=True).start()
      print("begun", flush=True); sys.stdin.read(); over.set(); print(sum(count), flush=True)
      """
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())

    init(_ socket: String, as uid: UInt32) throws {
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["python3", "-c", Python.become(uid) + Self.script, socket]
      (process.standardInput, process.standardOutput) = (input, output)
      try process.run()
      _ = output.fileHandleForReading.availableData
    }

    /// How often he came.
    func end() throws -> Int {
      try input.fileHandleForWriting.close()
      let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return said.split(separator: "\n").compactMap { Int($0) }.last ?? 0
    }
  }
}
