import DeskInterface
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import Glibc
import LMDB
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("Killed between the ledger and the views", .enabled(if: Strace.isHere, Strace.comment))
  struct BehindKillTests {
    private static let calls = ["pwrite64", "pwritev", "writev", "fdatasync"]

    /// A file that is written on the way from a command to the views of it.
    private enum File: CaseIterable {
      case ledger, witness, views

      func path(_ data: String) throws -> String {
        // Each comparison with a replay leaves views of another number.
        let views = try String(contentsOfFile: data + "/CURRENT", encoding: .utf8).dropLast()
        return switch self {
        case .ledger: data + "/ledger/data.mdb"
        case .witness: data + "/\(views)/durable"
        case .views: data + "/\(views)/data.mdb"
        }
      }
    }

    @Test(
      "given clients that write and ask at once, when the daemon is killed at any write of a commit, of its witness or of the views, then all that was acknowledged is there once, and the views that catch up are those of a replay"
    )
    func killed() async throws {
      let daemon = try RunningDaemon()
      var every: [(file: File, call: String, number: Int)] = []
      for file in File.allCases {
        let told = Told(round: every.count)
        try await work(daemon, file, ["-e", "trace=" + Self.calls.joined(separator: ",")], told)
        let counts = try Strace.counts(daemon.home + "/trace")
        #expect(!counts.isEmpty, "nothing was written to the \(file)")
        for call in Self.calls { every += (0..<(counts[call] ?? 0)).map { (file, call, $0 + 1) } }
        try check(daemon, told)
      }
      let chosen = try Disk.sample(every, "MOTCUA_KILL_POINTS", ci: 12)
      var (killed, behind) = (0, 0)
      for (round, place) in chosen.enumerated() {
        let told = Told(round: 10_000 + round)
        let inject = ["-e", "trace=\(place.call)", "-e", "inject=\(place.call):signal=SIGKILL:when=\(place.number)"]
        if try await work(daemon, place.file, inject, told) { killed += 1 }
        if try lag(daemon.data) > 0 { behind += 1 }
        #expect(told.stale == [], "\(place)")
        try check(daemon, told)
      }
      // A group is larger or smaller than it was, so that the last calls may not be reached.
      #expect(killed * 2 >= chosen.count, "\(killed) of \(chosen.count)")
      #expect(behind > 0, "no kill left the views behind")
      print(
        "killed between the ledger and the views: at \(chosen.count) of \(every.count) calls, \(killed) times there,",
        "\(behind) times with views behind")
    }

    /// Has clients at work in a daemon that is traced, and kills it at last.
    ///
    /// - Returns: whether the tracer had killed it.
    @discardableResult
    private func work(_ daemon: RunningDaemon, _ file: File, _ options: [String], _ told: Told) async throws -> Bool {
      let log = daemon.home + "/trace"
      try? FileManager.default.removeItem(atPath: log)
      try daemon.start()
      // So that every file is there.
      _ = try daemon.connect().receive("Lan")
      let tracer = try Strace.attach(to: daemon.process, ["-P", file.path(daemon.data)] + options, log: log)
      let socket = daemon.socket
      let reached = await inParallel(6) { client in
        do {
          let desk = try Connection(path: socket)
          for step in 0..<3 {
            let code = try told.receive("C\(client)S\(step)", desk)
            for further in 0..<2 { try told.progress("C\(client)S\(step)F\(further)", code, desk) }
            if client < 2 { try told.look(at: code, desk) }
          }
          return true
        } catch {
          return false
        }
      }
      // What is left to be written is the last block.
      if reached.contains(true) { usleep(50_000) }
      let isGone = daemon.process?.isRunning != true
      daemon.kill()
      tracer.waitUntilExit()
      return isGone || reached.contains(false)
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

/// What the clients of one round sent, and were told.
private final class Told: Sendable {
  private struct Command {
    var name: String
    /// Nil for a case's first.
    var code: String?
    var receipt: Wire.Receipt?
  }

  private struct State {
    var commands: [String: Command] = [:]
    var versions: [String: Int] = [:]
    var stale: [String] = []
  }

  private let round: Int
  private let state = Mutex(State())

  init(round: Int) { self.round = round }

  /// Answers that showed less than was acknowledged.
  var stale: [String] { state.withLock { $0.stale } }

  func receive(_ name: String, _ desk: Connection) throws -> String { try send(name, nil, desk).code }
  func progress(_ name: String, _ code: String, _ desk: Connection) throws { _ = try send(name, code, desk) }

  private func send(_ name: String, _ code: String?, _ desk: Connection) throws -> Wire.Receipt {
    let id = Self.id(of: "\(round)\(name)")
    state.withLock { $0.commands[id] = Command(name: name, code: code) }
    let receipt = try Self.send(name, code, id, desk)
    state.withLock { state in
      state.commands[id]?.receipt = receipt
      state.versions[receipt.code] = max(state.versions[receipt.code] ?? 0, receipt.version)
    }
    return receipt
  }

  private static func send(_ name: String, _ code: String?, _ id: String, _ desk: Connection) throws -> Wire.Receipt {
    guard let code else { return try desk.receive(name, id: id) }
    return try desk.ask(Wire.Progress(code: code, step: name, entry: Wire.Entry(commandId: id))).receipt
  }

  /// Looks at a case, and at the last that anybody was told of.
  func look(at code: String, _ desk: Connection) throws {
    let known = state.withLock { $0.versions }
    for code in [code] + known.keys.sorted().suffix(1) {
      let shown: Int
      do { shown = try desk.ask(Wire.Show(code: code)).case.version } catch CallError.varlink(let error) {
        state.withLock { $0.stale.append("\(code): \(error.name)") }
        continue
      }
      if shown < known[code] ?? 0 {
        state.withLock { $0.stale.append("\(code) was shown at version \(shown), after \(known[code] ?? 0)") }
      }
    }
  }

  /// Sends everything again, and says what is wrong.
  func sendAgain(_ desk: Connection) throws -> [String] {
    let commands = state.withLock { $0.commands }
    return try commands.sorted { $0.value.name < $1.value.name }.compactMap { id, command in
      let again = try Self.send(command.name, command.code, id, desk)
      guard let receipt = command.receipt else { return nil }
      let isSame = again.repeated && again.position == receipt.position && again.code == receipt.code
      return isSame ? nil : "\(command.name) was acknowledged at \(receipt.position) and is at \(again.position)"
    }
  }

  /// The same id for the same name, which has at most 16 bytes.
  private static func id(of name: String) -> String {
    let digits = Array(name.utf8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let padded = Array(digits + String(repeating: "0", count: max(0, 32 - digits.count)))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(padded[$0]) }.joined(separator: "-")
  }
}
