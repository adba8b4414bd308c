import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("A disk that fails at any call", .enabled(if: Strace.isHere, Strace.comment))
  struct ErrnoTests {
    private static let calls = [
      "fdatasync", "fsync", "pwrite64", "writev", "mmap", "openat", "rename", "renameat", "renameat2", "unlink",
      "unlinkat", "rmdir", "mkdir", "mkdirat", "ftruncate", "fallocate", "link", "linkat",
    ]

    private enum Phase: String {
      case creating, starting, renewingKeys, working, restoring

      /// What is asked of the disk before anybody is served.
      var isStart: Bool { self != .working && self != .restoring }
    }

    /// One call that fails.
    private struct Fault {
      var call: String
      var error: String
      var number: Int
      var phase: Phase

      var text: String { "\(call) \(number) \(error) \(phase)" }
      var options: [String] { ["-e", "trace=\(call)", "-e", "inject=\(call):error=\(error):when=\(number)"] }
    }

    @Test(
      "when any call on the daemon's files fails with EIO, ENOSPC or EDQUOT, then nothing is acknowledged that is not there, nothing is there twice, a plain start follows, and everything verifies"
    )
    func sweep() throws {
      let desk = try TestedDesk()
      let every = try faults(desk)
      let chosen = try Disk.sample(every, "MOTCUA_ERRNO_SWEEP", ci: 44)
      var endings: [Int32: Int] = [:]
      var met = 0
      for fault in chosen {
        let ending = try meet(fault, desk)
        endings[ending.status, default: 0] += 1
        if ending.isMet { met += 1 }
        // In order, or as the disk failed; never of a signal.
        #expect([0, 74].contains(ending.status), "\(fault.text): ended with \(ending)")
      }
      // Rounds are not alike to the call: a few faults come to nothing, but most must be met, and some end the daemon.
      #expect(met * 4 >= chosen.count * 3 && endings[74, default: 0] > 0, "\(met) of \(chosen.count) met")
      print("errno sweep: \(chosen.count) of \(every.count) faults, \(met) met, endings \(endings)")
    }

    /// Everything that can fail, found by a round in which nothing does.
    private func faults(_ desk: TestedDesk) throws -> [Fault] {
      let (data, home) = (desk.daemon.data, desk.daemon.home)
      let every = [Phase.creating, .starting, .renewingKeys, .working]
      let traced =
        Strace.onlyFiles(of: data) + ["-e", "trace=" + Self.calls.sorted().joined(separator: ",")]
      for phase in every where phase.isStart {
        if phase == .renewingKeys { try KeysOfBefore.make(in: data) }
        desk.daemon.tracer = Strace.around(traced, log: home + "/" + phase.rawValue)
        try desk.daemon.start()
        try #require(desk.daemon.stop() == 0)
      }
      desk.daemon.tracer = []
      try desk.daemon.start()
      let tracer = try Strace.attach(to: desk.daemon.process, traced, log: home + "/" + Phase.working.rawValue)
      let scenario = desk.nextRound
      let outcomes = scenario.run(desk.daemon.socket)
      try #require(desk.daemon.stop() == 0)
      tracer.waitUntilExit()
      #expect(try desk.settle(scenario, outcomes) == [])
      try #require(desk.daemon.stop() == 0)
      return try ["EIO", "ENOSPC", "EDQUOT"].flatMap { error in
        try every.flatMap { phase in
          let counts = try Strace.counts(home + "/" + phase.rawValue)
          return Self.faults(counts, error, phase)
        }
      }
    }

    private static func faults(_ counts: [String: Int], _ error: String, _ phase: Phase) -> [Fault] {
      calls.flatMap { call in
        (0..<(counts[call] ?? 0)).map { Fault(call: call, error: error, number: $0 + 1, phase: phase) }
      }
    }

    @Test("given a disk that refuses the ledger's head at the start, then the daemon serves or ends as the disk failed")
    func head() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      #expect(daemon.stop() == 0)
      let ledger = ["-P", daemon.data + "/ledger/data.mdb", "-e", "trace=pwrite64"]
      daemon.tracer = Strace.around(ledger, log: daemon.home + "/counted")
      try daemon.start()
      #expect(daemon.stop() == 0)
      let count = try #require(try Strace.counts(daemon.home + "/counted")["pwrite64"])
      for number in 1...count {
        for error in ["ENOSPC", "EIO"] {
          let fault = ["-e", "inject=pwrite64:error=\(error):when=\(number)"]
          daemon.tracer = Strace.around(ledger + fault, log: daemon.home + "/fault")
          let isUp = (try? daemon.start()) != nil
          let status = daemon.stop()
          #expect(isUp ? [0, 74].contains(status) : status == 74, "\(number), \(error): \(status)")
        }
      }
      daemon.tracer = []
      try daemon.start()
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }

    @Test(
      "when any call of a restore fails, then it is done, or says so; and when it is done again, or the daemon is started, all of the backup is there, and nothing lies about"
    )
    func restoring() throws {
      let desk = try TestedDesk()
      #expect(try desk.settle(desk.nextRound, []) == [])
      let (ledger, keys) = (desk.daemon.home + "/b.mdb", desk.daemon.home + "/b.keys")
      let made = try Client(socket: desk.daemon.socket).run("backup", ledger, "--keys", keys)
      try #require(made.status == 0, "\(made.errors)")
      let position = desk.position
      #expect(desk.daemon.stop() == 0)

      func attempt(_ options: [String]) throws -> (desk: TestedDesk, log: String, status: Int32) {
        let other = try TestedDesk()
        other.isSigning = false
        let data = other.daemon.data
        let log = other.daemon.home + "/trace"
        let status = try DirectoryRecording.run(
          ["restore", ledger, "--keys", keys] + Operator.denied([]) + ["--data", data],
          around: Strace.onlyFiles(ofRestoreInto: data) + options, log: log)
        return (other, log, status)
      }
      let counted = try attempt(["-e", "trace=" + Self.calls.joined(separator: ",")])
      #expect(counted.status == 0)
      let counts = try Strace.counts(counted.log)
      let every = ["EIO", "ENOSPC", "EDQUOT"].flatMap { Self.faults(counts, $0, .restoring) }
      let chosen = try Disk.sample(every, "MOTCUA_ERRNO_SWEEP", ci: 12)
      var (endings, met) = ([Int32: Int](), 0)
      for fault in chosen {
        let (other, log, status) = try attempt(fault.options)
        endings[status, default: 0] += 1
        if try Strace.log(log).firstRange(of: Data("(INJECTED)".utf8)) != nil { met += 1 }
        // Done, or refused as the disk refused; never of a signal, nor as if the backup were none.
        #expect([0, 74].contains(status), "\(fault.text): ended with \(status)")
        // Refused where it has some of its parts in their places: the start brings it to its end.
        let again = try Operator.restore(ledger, "--keys", keys, "--data", other.daemon.data)
        #expect(status == 0 ? again.status == 64 : [0, 64].contains(again.status), "\(fault.text): \(again.errors)")
        try other.daemon.start()
        #expect(try other.daemon.connect().ask(Wire.GetStatus()).status.position == position + 1, "\(fault.text)")
        #expect(try other.check() == [], "\(fault.text)")
        #expect(other.daemon.stop() == 0)
      }
      #expect(met * 4 >= chosen.count * 3 && endings[74, default: 0] > 0, "\(met) of \(chosen.count) met")
      print("errno sweep: restore, \(chosen.count) of \(every.count) faults, \(met) met, endings \(endings)")
    }

    /// - Returns: how the daemon ended, what it said last, and whether any of its calls failed for the fault.
    private func meet(_ fault: Fault, _ usual: TestedDesk) throws -> (status: Int32, log: String, isMet: Bool) {
      let desk = fault.phase == .creating ? try TestedDesk(events: usual.events) : usual
      let daemon = desk.daemon
      let options = Strace.onlyFiles(of: daemon.data) + fault.options
      var tracer: Process?
      if fault.phase == .renewingKeys { try KeysOfBefore.make(in: daemon.data) }
      daemon.tracer = fault.phase.isStart ? Strace.around(options, log: daemon.home + "/fault") : []
      try? FileManager.default.removeItem(atPath: daemon.home + "/fault")
      let isUp = (try? daemon.start()) != nil
      if isUp, fault.phase == .working {
        tracer = try Strace.attach(to: daemon.process, options, log: daemon.home + "/fault")
      }
      let scenario = desk.nextRound
      let outcomes = isUp ? scenario.run(daemon.socket) : []
      let (status, log) = (daemon.stop(), String(daemon.log.suffix(500)))
      tracer?.waitUntilExit()
      let trace = try Strace.log(daemon.home + "/fault")
      let ending = (status: status, log: log, isMet: trace.firstRange(of: Data("(INJECTED)".utf8)) != nil)
      #expect(try desk.settle(scenario, outcomes) == [], "\(fault.text)")
      #expect(daemon.stop() == 0)
      return ending
    }
  }
}
