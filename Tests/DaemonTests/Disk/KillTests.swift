import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("Killed at any call", .enabled(if: Strace.isHere, Strace.comment))
  struct KillTests {
    private static let calls = [
      "rename", "renameat", "mkdir", "mkdirat", "rmdir", "link", "unlink", "unlinkat", "fsync", "fdatasync", "pwrite64",
      "openat", "fallocate", "ftruncate",
    ]

    /// What is under way when it comes.
    enum Phase: String, CaseIterable {
      case creation, start, startAfterKill, startOnKeysOfBefore, workAndRebuild, backup, export

      var isStart: Bool { [.creation, .start, .startAfterKill, .startOnKeysOfBefore].contains(self) }
    }

    @Test(
      "given a start, a creation, work with a rebuild, a backup or an export, when it is killed at any call, then a plain start has everything acknowledged, verifies, and leaves nothing lying about",
      arguments: Phase.allCases)
    func killed(phase: Phase) throws {
      var desk = try TestedDesk()
      if phase != .creation { #expect(try desk.settle(desk.nextRound, []) == []) }
      let counts = try counts(phase, desk)
      // Made new, because what is created is created once.
      if phase == .creation { desk = try TestedDesk(events: desk.events) }
      let every = Self.calls.flatMap { call in (0..<(counts[call] ?? 0)).map { (call, $0 + 1) } }
      let chosen = try Disk.sample(every, "MOTCUA_KILL_POINTS", ci: 6)
      var killed = 0
      for (call, number) in chosen {
        if phase == .creation { desk = try TestedDesk(events: desk.events) }
        let inject = ["-e", "trace=\(call)", "-e", "inject=\(call):signal=SIGKILL:when=\(number)"]
        let scenario = desk.nextRound
        let (outcomes, isGone) = try run(phase, desk, scenario, inject)
        if isGone { killed += 1 }
        #expect(try desk.settle(scenario, outcomes) == [], "\(phase), \(call) \(number)")
        leave(desk, phase)
      }
      // Many calls of the other phases are those of a reading child.
      if phase.isStart { #expect(killed * 4 >= chosen.count * 3, "\(killed) of \(chosen.count)") }
      print("killed: \(phase) at \(chosen.count) of \(every.count) calls, \(killed) times the daemon itself")
    }

    /// How often each call is made when nobody kills.
    private func counts(_ phase: Phase, _ desk: TestedDesk) throws -> [String: Int] {
      // It runs since it was settled; there is nothing yet where it will be created.
      if phase != .creation { leave(desk, phase) }
      let scenario = desk.nextRound
      let (outcomes, _) = try run(phase, desk, scenario, ["-e", "trace=" + Self.calls.joined(separator: ",")])
      let counts = try Strace.counts(desk.daemon.home + "/trace")
      #expect(try desk.settle(scenario, outcomes) == [])
      leave(desk, phase)
      return counts
    }

    private func leave(_ desk: TestedDesk, _ phase: Phase) {
      if phase == .startAfterKill { desk.daemon.kill() } else { #expect(desk.daemon.stop() == 0) }
    }

    /// Does what is to be killed, with such a tracer, and ends the daemon if that did not; whether it did, too.
    private func run(
      _ phase: Phase, _ desk: TestedDesk, _ scenario: Scenario, _ options: [String]
    ) throws -> (outcomes: [Scenario.Outcome], isGone: Bool) {
      let daemon = desk.daemon
      let log = daemon.home + "/trace"
      try? FileManager.default.removeItem(atPath: log)
      defer { daemon.kill() }
      if phase == .startOnKeysOfBefore { try KeysOfBefore.make(in: daemon.data) }
      if phase.isStart {
        daemon.tracer = Strace.around(Strace.onlyFiles(of: daemon.data) + options, log: log)
        let outcomes = (try? daemon.start()) == nil ? [] : scenario.run(daemon.socket)
        return (outcomes, isGone(daemon))
      }
      daemon.tracer = []
      try daemon.start()
      // Before it is traced, so that it has something to lose.
      var outcomes = phase == .workAndRebuild ? [] : scenario.run(daemon.socket)
      let tracer = try Strace.attach(to: daemon.process, options, log: log)
      defer {
        daemon.kill()
        tracer.waitUntilExit()
      }
      switch phase {
      case .workAndRebuild: outcomes = scenario.run(daemon.socket)
      case .backup:
        _ = try? daemon.connect().backup()
        _ = try? daemon.connect().backup(keys: true)
      default: try? daemon.connect().stream(Wire.Export.method) { _ in true }
      }
      return (outcomes, isGone(daemon))
    }

    private func isGone(_ daemon: RunningDaemon) -> Bool {
      for _ in 0..<20 where daemon.process?.isRunning == true { usleep(5000) }
      return daemon.process?.isRunning != true
    }

    @Test(
      "when a restore is killed at any call, then restoring again or starting gives the whole backup, and nothing lies about"
    )
    func restore() throws {
      let desk = try TestedDesk()
      #expect(try desk.settle(desk.nextRound, []) == [])
      let (ledger, keys) = (desk.daemon.home + "/b.mdb", desk.daemon.home + "/b.keys")
      let made = try Client(socket: desk.daemon.socket).run("backup", ledger, "--keys", keys)
      try #require(made.status == 0, "\(made.errors)")
      let position = desk.position
      #expect(desk.daemon.stop() == 0)
      let log = desk.daemon.home + "/trace"

      func attempt(_ options: [String]) throws -> TestedDesk {
        let other = try TestedDesk()
        other.isSigning = false
        let process = Process()
        process.executableURL = URL(filePath: Strace.path)
        let paths = Strace.onlyFiles(ofRestoreInto: other.daemon.data)
        let command =
          [Project.program("motcuad"), "restore", ledger, "--keys", keys]
          + Operator.denied([])
        process.arguments = ["-f", "-o", log] + paths + options + command + ["--data", other.daemon.data]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        process.waitUntilExit()
        return other
      }

      _ = try attempt(["-e", "trace=" + Self.calls.joined(separator: ",")])
      let counts = try Strace.counts(log)
      let every = Self.calls.flatMap { call in (0..<(counts[call] ?? 0)).map { (call, $0 + 1) } }
      let chosen = try Disk.sample(every, "MOTCUA_KILL_POINTS", ci: 6)
      for (call, number) in chosen {
        let inject = ["-e", "trace=\(call)", "-e", "inject=\(call):signal=SIGKILL:when=\(number)"]
        let other = try attempt(inject)
        let data = other.daemon.data
        let again = try Operator.restore(ledger, "--keys", keys, "--data", data)
        if again.status != 0, !FileManager.default.fileExists(atPath: data + "/keys/master") {
          // The ledger had its name already, its keys had not.
          let brought = try Operator.run("restore", "--keys", keys, "--data", data)
          #expect(brought.status == 0, "\(call) \(number): \(again.errors) \(brought.errors)")
        }
        try other.daemon.start()
        #expect(try other.daemon.connect().ask(Wire.GetStatus()).status.position == position + 1, "\(call) \(number)")
        #expect(try other.check() == [], "\(call) \(number)")
        #expect(other.daemon.stop() == 0)
      }
      print("killed: restore at \(chosen.count) of \(every.count) calls")
    }
  }
}
