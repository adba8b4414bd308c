import DeskInterface
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import Glibc
import LMDB
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("Killed between the ledger and the views", .enabled(if: Strace.isHere, Strace.comment))
  struct BehindKillTests {
    /// What is written on the way from a command to the views of it.
    private enum Step: CaseIterable {
      case ledger, witness, reply, views

      var calls: [String] {
        // A reply is a write on a socket, and its way there a write that wakes the thread of it.
        self == .reply ? ["write", "writev", "sendmsg"] : ["pwrite64", "pwritev", "writev", "fdatasync"]
      }

      /// Only calls on this.
      func filter(_ data: String) throws -> [String] {
        // Each comparison with a replay leaves views of another number.
        let views = try String(contentsOfFile: data + "/CURRENT", encoding: .utf8).dropLast()
        return switch self {
        case .ledger: ["-P", data + "/ledger/data.mdb"]
        case .witness: ["-P", data + "/\(views)/durable"]
        case .reply: []
        case .views: ["-P", data + "/\(views)/data.mdb"]
        }
      }
    }

    private typealias Place = (step: Step, call: String, number: Int)

    @Test(
      "given clients that write and ask at once, and send some commands twice, when the daemon is killed at any write of a commit, of its witness, of the replies or of the views, then all that was acknowledged is there once, and the views that catch up are those of a replay"
    )
    func killed() async throws {
      let daemon = try RunningDaemon()
      let every = try await places(daemon, Step.allCases)
      let chosen = try Step.allCases.flatMap { step in
        try Disk.sample(every.filter { $0.step == step }, "MOTCUA_KILL_POINTS", ci: 4)
      }
      var (killed, behind, repeated) = (0, 0, 0)
      for (round, place) in chosen.enumerated() {
        let told = Told(round: 10_000 + round)
        let inject = ["-e", "trace=\(place.call)", "-e", "inject=\(place.call):signal=SIGKILL:when=\(place.number)"]
        if try await work(daemon, place.step, inject, told) { killed += 1 }
        if try lag(daemon.data) > 0 { behind += 1 }
        repeated += told.repeated
        #expect(told.stale == [] && told.doubled == [] && told.refused == 0, "\(place)")
        try check(daemon, told)
      }
      // A group is larger or smaller than it was, so that the last calls may not be reached.
      #expect(killed * 2 >= chosen.count, "\(killed) of \(chosen.count)")
      #expect(behind > 0, "no kill left the views behind")
      #expect(repeated > 0, "no command came twice")
      print(
        "killed between the ledger and the views: at \(chosen.count) of \(every.count) calls, \(killed) times there,",
        "\(behind) times with views behind, \(repeated) commands that were known")
    }

    /// Every write, found by rounds in which nobody kills.
    private func places(_ daemon: RunningDaemon, _ steps: [Step]) async throws -> [Place] {
      var every: [Place] = []
      for step in steps {
        let told = Told(round: every.count)
        try await work(daemon, step, ["-e", "trace=" + step.calls.joined(separator: ",")], told)
        let counts = try Strace.counts(daemon.home + "/trace")
        #expect(!counts.isEmpty, "nothing was written for the \(step)")
        for call in step.calls { every += (0..<(counts[call] ?? 0)).map { (step, call, $0 + 1) } }
        try check(daemon, told)
      }
      return every
    }

    @Test(
      "given replies that are out, when a write of the views fails, then nothing of it is lost: questions are refused, the daemon ends, and the next start makes other views of the ledger"
    )
    func failing() async throws {
      let daemon = try RunningDaemon()
      let every = try await places(daemon, [.views]).filter { $0.call != "fdatasync" }
      let faults = ["EIO", "ENOSPC"].flatMap { error in every.map { (place: $0, error: error) } }
      let chosen = try Disk.sample(faults, "MOTCUA_ERRNO_SWEEP", ci: 8)
      var (met, acknowledged, refused) = (0, 0, 0)
      for (round, (place, error)) in chosen.enumerated() {
        let told = Told(round: 20_000 + round)
        let inject = ["-e", "trace=\(place.call)", "-e", "inject=\(place.call):error=\(error):when=\(place.number)"]
        let tracer = try started(daemon, .views, inject)
        await clients(daemon.socket, told)
        // It ends by itself, or in order.
        let status = daemon.stop()
        tracer.waitUntilExit()
        let isMet = try Strace.log(daemon.home + "/trace").firstRange(of: Data("(INJECTED)".utf8)) != nil
        #expect(status == (isMet ? 74 : 0), "\(place), \(error): \(daemon.log.suffix(500))")
        #expect(told.stale == [] && told.doubled == [], "\(place), \(error)")
        if isMet {
          met += 1
          acknowledged += told.acknowledged
          #expect(!FileManager.default.fileExists(atPath: daemon.data + "/STATE"), "\(place), \(error)")
        }
        refused += told.refused
        try check(daemon, told)
      }
      #expect(met * 2 >= chosen.count && acknowledged > 0, "\(met) of \(chosen.count) met")
      print(
        "views that could not be written: \(chosen.count) of \(faults.count) faults, \(met) met after",
        "\(acknowledged) replies, \(refused) questions refused")
    }

    /// Has clients at work in a daemon that is traced, and kills it at last.
    ///
    /// - Returns: whether the tracer had killed it.
    @discardableResult
    private func work(_ daemon: RunningDaemon, _ step: Step, _ options: [String], _ told: Told) async throws -> Bool {
      let tracer = try started(daemon, step, options)
      let reached = await clients(daemon.socket, told)
      // What is left to be written is the last block.
      if reached.contains(true) { usleep(50_000) }
      let isGone = daemon.process?.isRunning != true
      daemon.kill()
      tracer.waitUntilExit()
      return isGone || reached.contains(false)
    }

    /// Starts the daemon; from then on it is traced.
    private func started(_ daemon: RunningDaemon, _ step: Step, _ options: [String]) throws -> Process {
      let log = daemon.home + "/trace"
      try? FileManager.default.removeItem(atPath: log)
      try daemon.start()
      // So that every file is there.
      _ = try daemon.connect().receive("Lan")
      return try Strace.attach(to: daemon.process, step.filter(daemon.data) + options, log: log)
    }

    /// Clients that write and ask; which of them had an answer to everything.
    @discardableResult
    private func clients(_ socket: String, _ told: Told) async -> [Bool] {
      await inParallel(6) { client in
        do {
          let desk = try Connection(path: socket)
          var before: (name: String, code: String)?
          for step in 0..<3 {
            // Two send the same command, so that one block has it twice.
            let code = try told.receive("P\(client / 2)S\(step)", desk)
            for further in 0..<2 { try told.progress("C\(client)S\(step)F\(further)", code, desk) }
            // One that is as likely in the views as not.
            if let before { try told.progress(before.name, before.code, desk) }
            before = ("C\(client)S\(step)F1", code)
            if client < 2 { try told.look(at: code, desk) }
          }
          return true
        } catch {
          return false
        }
      }
    }

    /// How many events the views of a directory lack that nobody works in.
    private func lag(_ data: String) throws -> UInt64 {
      let store = try EventStore(
        data, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: false, now: 0)
      let views = store.views
      let reached = try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
      return try store.ledger.position().rawValue - reached.rawValue
    }

    /// The views that catch up are those of a replay; what was acknowledged is there, and the rest once it is sent again.
    private func check(_ daemon: RunningDaemon, _ told: Told) throws {
      try Rebuild.expectEqual(daemon.data)
      try daemon.start()
      let desk = try daemon.connect()
      #expect(try told.sendAgain(desk) == [])
      #expect(try desk.verify().damage == nil)
      daemon.kill()
    }
  }
}
