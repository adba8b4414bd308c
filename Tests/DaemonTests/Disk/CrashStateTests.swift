import DeskInterface
import DeskRecords
import DeskService
import EventSourcing
import EventStore
import Foundation
import MerkleTree
import Testing
import VarlinkClient

extension DiskTests {
  @Suite(
    "After a crash at any moment every acknowledged event is there", .enabled(if: Strace.isHere, Strace.comment))
  struct CrashStateTests {
    @Test(
      "given clients at work, when unsynced writes are dropped, reordered or torn at any moment, then the ledger holds and verifies everything acknowledged, and its keys are there"
    )
    func replay() async throws {
      let count = try Disk.count("MOTCUA_CRASH_STATES", ci: 1200)
      let recording = try await Recording(rounds: min(25, max(12, count / 500)))
      let losses = try recording.losses(count, seed: 20_261_125)
      #expect(
        losses.tried >= count && losses.found == [],
        "\(losses.tried) states of \(recording.summary): \(losses.found.prefix(3))")
      print("crash states: \(losses.tried) of \(recording.summary), \(losses.found.count) losses")
    }

    @Test(
      "a sample of those states is served by the daemon, without views or with views of a lost machine, and verifies")
    func served() async throws {
      let recording = try await Recording(rounds: 6)
      var number = 0
      let count = try Disk.count("MOTCUA_CRASH_STARTS", ci: 30)
      let tried = try recording.states.forEach(count, seed: 7) { state in
        guard !state.ledger.isEmpty else { return }
        let daemon = try RunningDaemon()
        try recording.lay(state, in: daemon.data)
        if number % 2 == 1 { try recording.layViews(in: daemon) }
        number += 1
        try daemon.start()
        let desk = try daemon.connect()
        #expect(try desk.verify().damage == nil)
        let status = try desk.ask(Wire.GetStatus()).status
        #expect(status.position >= state.told && status.viewsPosition == status.position)
        if status.cases > 0 { #expect(try desk.receive("Sau sự cố").number == status.cases + 1) }
        #expect(daemon.stop() == 0)
      }
      #expect(tried >= count)
    }

    /// `MDB_NOSYNC`, and `MDB_NOMETASYNC`.
    @Test(
      "positive control: without the flushes of the ledger, or of its head alone, the same harness finds losses",
      arguments: ["0x10000", "0x40000"])
    func control(flags: String) async throws {
      let recording = try await Recording(rounds: 4, ledgerFlags: flags)
      let losses = try recording.losses(200, seed: 1)
      #expect(losses.found.count > 20, "\(losses.found.count) of \(losses.tried)")
      print("crash states, control \(flags): \(losses.found.count) losses in \(losses.tried) states")
    }
  }
}

/// A daemon that was traced from its creation on, with several clients at work.
private final class Recording {
  let daemon: RunningDaemon
  let states: DirectoryStates
  /// The root of the tree over the first events, by their number.
  private var roots: [String]
  /// How many cases there are among the first events, by their number.
  private var cases = [0]
  private let marks: String
  private let slots: [UInt8]
  private let scratch: String

  /// - Parameter ledgerFlags: what LMDB is told beyond what the daemon tells it, to open the ledger.
  init(rounds: Int, ledgerFlags: String? = nil) async throws {
    daemon = try RunningDaemon()
    scratch =
      FileManager.default.fileExists(atPath: "/dev/shm")
      ? "/dev/shm/motcua-\(UUID().uuidString)" : daemon.home + "/scratch"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let log = daemon.home + "/trace"
    let before = try DirectoryTrace(of: daemon.home)
    daemon.tracer = Strace.around(DirectoryTrace.options, log: log)
    if let ledgerFlags {
      daemon.environment = [
        "LD_PRELOAD": try Disk.compile("Disk/flags.c", in: daemon.home), "LEDGER_FLAGS": ledgerFlags,
      ]
    }
    try daemon.start()
    let socket = daemon.socket
    let failures = await inParallel(6) { client -> String? in
      do {
        let desk = try Connection(path: socket)
        for round in 0..<rounds {
          let code = try desk.receive("Người \(client) \(round)").code
          // Longer than a page from time to time, so that overflow pages are among the writes.
          let guidance = String(repeating: "Đúng hẹn. ", count: round % 3 == 0 ? 250 : 3)
          _ = try desk.ask(Wire.Consult(code: code, question: "Khi nào có?", guidance: guidance))
          if round % 2 == 0 { _ = try desk.ask(Wire.Resolve(code: code)) }
        }
        return nil
      } catch {
        return "\(error)"
      }
    }
    try #require(failures.compactMap(\.self) == [])
    try #require(daemon.stop() == 0)
    var trace = before
    try trace.read(try Strace.log(log))
    states = DirectoryStates(trace: trace, only: ["data/ledger/data.mdb", "data/keys/slots"])
    let final = daemon.data + "/ledger"
    let file = [UInt8](try Data(contentsOf: URL(filePath: final + "/data.mdb")))
    try #require(states.end.ledger == file, "the trace is not whole")
    var tree = Frontier()
    roots = [tree.root.base64]
    var last: UInt64 = 0
    for entry in try Ledger.alone(final).records(from: .start, limit: .max) {
      _ = tree.append(entry.leaf)
      roots.append(tree.root.base64)
      last = max(last, try RecordCoding.current.decode(entry.record) { _, _ in nil }.stream)
      cases.append(Int(last))
    }
    guard case .whole(let answers) = try LedgerReader().read(final) else {
      throw RunningDaemon.Failure(text: "the ledger is damaged before anything was done to it")
    }
    marks = answers.marks
    slots = [UInt8](try Data(contentsOf: URL(filePath: daemon.data + "/keys/slots")))
  }

  deinit { try? FileManager.default.removeItem(atPath: scratch) }

  var summary: String { "\(states.trace.changes.count) changes, \(roots.count - 1) events" }

  /// Tries so many states, and says what is wrong with which.
  func losses(_ count: Int, seed: UInt64) throws -> (tried: Int, found: [String]) {
    let reader = LedgerReader()
    var found: [String] = []
    let tried = try states.forEach(count, seed: seed) { state in
      guard !state.ledger.isEmpty else {
        if state.told > 0 { found.append("told of \(state.told), and there is no ledger") }
        return
      }
      try Data(state.ledger).write(to: URL(filePath: scratch + "/data.mdb"))
      if let loss = loss(state, try reader.read(scratch)) { found.append(loss) }
    }
    return (tried, found)
  }

  private func loss(_ state: DirectoryStates.State, _ verdict: LedgerReader.Verdict) -> String? {
    guard case .whole(let answers) = verdict else { return "\(verdict)" }
    if answers.size < state.told { return "told of \(state.told), there are \(answers.size)" }
    if answers.marks != marks || answers.root != roots[answers.size] { return "\(answers.size) events are others" }
    let used = 64..<(64 * (cases[answers.size] + 1))
    if state.slots.count < used.upperBound || state.slots[used] != slots[used] {
      return "a key of \(answers.size) events"
    }
    return nil
  }

  /// Puts a state into a data directory, without views.
  func lay(_ state: DirectoryStates.State, in data: String) throws {
    for name in ["ledger", "keys"] {
      try FileManager.default.createDirectory(atPath: data + "/" + name, withIntermediateDirectories: true)
    }
    try Data(state.ledger).write(to: URL(filePath: data + "/ledger/data.mdb"))
    try Data(state.slots).write(to: URL(filePath: data + "/keys/slots"))
    try FileManager.default.copyItem(atPath: daemon.data + "/keys/master", toPath: data + "/keys/master")
  }

  /// And views that have seen more, as a lost machine leaves them: of another boot, and not closed.
  func layViews(in other: RunningDaemon) throws {
    for name in ["views-1", "CURRENT"] {
      try FileManager.default.copyItem(atPath: daemon.data + "/" + name, toPath: other.data + "/" + name)
    }
    var state = try String(contentsOfFile: daemon.data + "/STATE", encoding: .utf8).components(separatedBy: "\n")
    state[0] = "unclean"
    try state.joined(separator: "\n").write(toFile: other.data + "/STATE", atomically: true, encoding: .utf8)
    other.environment = ["MOTCUA_BOOT_ID": "another"]
  }
}

extension DirectoryStates.State {
  /// Empty before it has its name.
  fileprivate var ledger: [UInt8] { content("data/ledger/data.mdb") ?? [] }
  fileprivate var slots: [UInt8] { content("data/keys/slots") ?? [] }
}
