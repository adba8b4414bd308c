import Desk
import DeskInterface
import DeskRecords
import EventSourcing
import EventStore
import Foundation
import Glibc
import MerkleTree
import Testing
import VarlinkClient

extension DiskTests {
  @Suite(
    "After a crash at any moment the whole data directory is right, names included",
    .enabled(if: Strace.isHere, Strace.comment),
    .enabled(
      if: ProcessInfo.processInfo.environment["MOTCUA_CRASH_STATES"] != nil,
      "skipped: a long form, for which MOTCUA_CRASH_STATES is set"))
  struct DirectoryCrashTests {
    /// How many states of one scenario, of five hundred in all for MOTCUA_CRASH_STATES=2000.
    private func count(_ share: Int) throws -> Int { try Disk.count("MOTCUA_CRASH_STATES", ci: 2000) * share / 2000 }

    @Test(
      "a first start, work, an erasure, a rebuild, a stop and a start: what was acknowledged is there, what was erased is gone from the disk, and a plain start serves"
    )
    func office() throws {
      let daemon = try RunningDaemon()
      let recording = try DirectoryRecording(of: daemon)
      var erased: [Int: Int] = [:]
      for round in 0..<2 {
        try recording.run(daemon) {
          let desk = try daemon.connect()
          var codes: [String] = []
          for number in 0..<4 { codes.append(try desk.receive("Người \(round) \(number)").code) }
          _ = try desk.ask(Wire.Withdraw(code: codes[1], reason: "đổi ý"))
          let receipt = try desk.ask(Wire.Erase(code: codes[1], basis: "Luật 91/2025/QH15")).receipt
          erased[receipt.number] = receipt.position
          _ = try desk.pages(Wire.Rebuild())
          _ = try desk.ask(Wire.Resolve(code: codes[0]))
        }
      }
      let whole = try History(daemon.data)
      try recording.expectRight(try count(160), seed: 1) { state, opened in
        if let fault = whole.fault(of: opened, told: state.told) { return fault }
        return Self.keyThatIsLeft(of: erased.filter { $0.value <= state.told }.keys, in: state)
      }
    }

    @Test(
      "a ledger that is brought in, also when a call fails and it is done again: it is there whole, with its keys, or it is not there",
      arguments: [nil, "fdatasync:error=EIO:when=3", "fdatasync:error=EIO:when=4", "rename:error=EIO:when=2"])
    func importing(fault: String?) throws {
      let source = try RunningDaemon()
      let (text, keys) = try exported(source)
      let daemon = try RunningDaemon()
      let recording = try DirectoryRecording(of: daemon)
      if let fault {
        try recording.run(daemon, injecting: fault) {
          _ = try? daemon.connect().importLedger(text, keys: keys)
        }
      }
      try recording.run(daemon) {
        // It may have been there already when the call failed.
        _ = try daemon.connect().failure { _ = try $0.importLedger(text, keys: keys) }
        _ = try daemon.connect().ask(Wire.GetStatus())
      }
      let whole = try History(daemon.data)
      #expect(whole.size > 5)
      try recording.expectRight(try count(fault == nil ? 50 : 20), seed: 2) { state, opened in
        // What a new ledger records of the office, or nothing, as after an import that was given up.
        if opened.size <= 1, state.told <= 1 { return nil }
        return whole.fault(of: opened, told: state.told)
      }
    }

    @Test(
      "a backup that is put back, also when a call fails and the daemon is started then: the directory is new, or has it whole, and it is there when the command says so",
      arguments: [nil, "rename:error=EIO:when=3", "rename:error=EIO:when=4", "fsync:error=EIO:when=8"])
    func restoring(fault: String?) throws {
      let source = try RunningDaemon()
      let (file, keys) = (source.home + "/ledger.backup", source.home + "/keys.backup")
      try source.start()
      try work(source)
      try source.connect().backup().file.write(to: URL(filePath: file))
      try source.connect().backup(keys: true).file.write(to: URL(filePath: keys))
      #expect(source.stop() == 0)
      let whole = try History(source.data)
      let other = try RunningDaemon()
      let recording = try DirectoryRecording(of: other)
      let arguments = ["restore", file, "--keys", keys] + Operator.denied([]) + ["--data", other.data]
      let status = try recording.run(arguments, injecting: fault)
      if fault == nil { #expect(status == 0) }
      if status != 0 { try recording.run(other) {} }
      // What the restore records itself is in it, unless a start had to make a new one.
      let final = try History(other.data)
      #expect(fault != nil || final.size > whole.size)
      try recording.expectRight(try count(fault == nil ? 50 : 20), seed: 3) { state, opened in
        // Before it has its name there is nothing, and a start makes a new one.
        if !state.isFinished, opened.size <= 1 { return nil }
        return final.fault(of: opened, told: final.size)
      }
    }

    @Test("a loss that is accepted is refused until it is, and recorded once it is")
    func accepting() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      try work(daemon)
      #expect(daemon.stop() == 0)
      let (ledger, older) = (
        daemon.data + "/ledger/data.mdb", try Data(contentsOf: URL(filePath: daemon.data + "/ledger/data.mdb"))
      )
      try daemon.start()
      _ = try daemon.connect().receive("Người bị mất")
      #expect(daemon.stop() == 0)
      try DiskFault.overwrite(ledger, with: older)
      let recording = try DirectoryRecording(of: daemon)
      daemon.arguments = ["--accept-ledger"]
      try recording.run(daemon) { _ = try daemon.connect().receive("Người sau đó") }
      let whole = try History(daemon.data)
      try recording.expectRight(
        try count(40), seed: 4, refused: { !$1.contains("the views have seen") || $0.told > 0 ? "refused: \($1)" : nil }
      ) { state, opened in
        if opened.losses != 1 || opened.size < state.told { return "\(opened), told of \(state.told)" }
        return opened.size > whole.size - 1 ? whole.fault(of: opened, told: state.told) : nil
      }
    }

    @Test(
      "when a flush of the slots fails during an erasure, and the daemon is started and the erasure repeated, then a power cut leaves nothing of the key that was acknowledged as destroyed",
      arguments: [2, 3])
    func failedFlush(number: Int) throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      _ = try daemon.connect().ask(Wire.Withdraw(code: code, reason: "đổi ý"))
      #expect(daemon.stop() == 0)
      let recording = try DirectoryRecording(of: daemon)
      let erase = Wire.Erase(
        code: code, basis: "Luật 91/2025/QH15",
        entry: Wire.Entry(commandId: "01990000-0000-7000-8000-000000000001"))
      try recording.run(daemon, injecting: "fdatasync:error=EIO:when=\(number)") {
        _ = try? daemon.connect().ask(erase)
      }
      try recording.run(daemon) { _ = try daemon.connect().ask(erase) }
      let whole = try History(daemon.data)
      try recording.expectRight(try count(40), seed: 5) { state, opened in
        if let fault = whole.fault(of: opened, told: state.told) { return fault }
        return Self.keyThatIsLeft(of: state.told >= whole.size ? [1] : [], in: state)
      }
    }

    /// A few cases, one of them erased.
    private func work(_ daemon: RunningDaemon) throws {
      let desk = try daemon.connect()
      var codes: [String] = []
      for number in 0..<5 { codes.append(try desk.receive("Người \(number)").code) }
      _ = try desk.ask(Wire.Withdraw(code: codes[2], reason: "đổi ý"))
      _ = try desk.ask(Wire.Erase(code: codes[2], basis: "Luật 91/2025/QH15"))
    }

    private func exported(_ daemon: RunningDaemon) throws -> (text: String, keys: [UInt8]) {
      try daemon.start()
      try work(daemon)
      let desk = try daemon.connect()
      let exported = (text: try desk.exportText(), keys: [UInt8](try desk.backup(keys: true).file))
      #expect(daemon.stop() == 0)
      return exported
    }

    /// Of cases whose erasure was acknowledged, on the disk as the crash left it.
    private static func keyThatIsLeft(of cases: some Sequence<Int>, in state: DirectoryStates.State) -> String? {
      let slots = state.content("data/keys/slots") ?? []
      for number in cases where slots.count >= 64 * (number + 1) {
        let slot = slots[(64 * number)..<(64 * (number + 1))]
        if !slot.dropLast(4).allSatisfy({ $0 == 0 }) { return "the key of case \(number) is on the disk" }
      }
      return nil
    }
  }
}

/// What a ledger holds: the root of the tree over its first events, by their number, and when a case was erased.
private struct History {
  private var roots: [String]
  private var erasures: [(position: Int, number: Int)] = []
  var size: Int { roots.count - 1 }

  init(_ data: String) throws {
    var tree = Frontier()
    roots = [tree.root.base64]
    for entry in try Ledger.beside(data + "/ledger").records(from: .start, limit: .max) {
      _ = tree.append(entry.leaf)
      roots.append(tree.root.base64)
      let stored = try RecordCoding.current.decode(entry.record) { _, _ in nil }
      if case .desk(let event) = stored.body, case .erased = event.body {
        erasures.append((size, Int(stored.stream)))
      }
    }
  }

  /// What is wrong with a directory that was started: it must have what was told, nothing else, and every key but those
  /// of what was erased.
  func fault(of opened: LedgerReader.Opened, told: Int) -> String? {
    if opened.size < told { return "told of \(told), there are \(opened.size)" }
    guard opened.size < roots.count, opened.root == roots[opened.size] else {
      return "\(opened.size) events are others"
    }
    let erased = Set(erasures.filter { $0.position <= opened.size }.map(\.number))
    return opened.closed == erased ? nil : "closed are \(opened.closed), erased \(erased)"
  }
}

/// What happens to the data directory of a daemon from now on.
private final class DirectoryRecording {
  private var trace: DirectoryTrace
  private let home: String
  private let scratch: String
  private var runs = 0

  init(of daemon: RunningDaemon) throws {
    home = daemon.home
    trace = try DirectoryTrace(of: home)
    scratch =
      FileManager.default.fileExists(atPath: "/dev/shm")
      ? "/dev/shm/motcua-\(UUID().uuidString)" : daemon.home + "/scratch"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: scratch) }

  /// One life of the daemon, to its orderly stop, or to its end when one of its calls on the slots is to fail.
  func run(_ daemon: RunningDaemon, injecting fault: String? = nil, _ body: () throws -> Void) throws {
    runs += 1
    let log = home + "/trace-\(runs)"
    daemon.tracer = Strace.around(DirectoryTrace.options + (fault.map { ["-e", "inject=\($0)"] } ?? []), log: log)
    if fault == nil {
      try daemon.start()
      try body()
    } else if (try? daemon.start()) != nil {
      // It may have met the start already, and then nothing is to be told of.
      try body()
    }
    let status = daemon.stop()
    if fault == nil, status != 0 { throw RunningDaemon.Failure(text: "ended with \(status): \(daemon.log)") }
    daemon.tracer = []
    try read(log, injecting: fault)
  }

  private func read(_ log: String, injecting fault: String?) throws {
    let text = try Strace.log(log)
    if let fault { #expect(text.firstRange(of: Data("(INJECTED)".utf8)) != nil, "\(fault) met nothing") }
    try trace.read(text)
  }

  /// A command of the operator, to its end.
  func run(_ arguments: [String], injecting fault: String?) throws -> Int32 {
    runs += 1
    let log = home + "/trace-\(runs)"
    let process = Process()
    let command =
      Strace.around(DirectoryTrace.options + (fault.map { ["-e", "inject=\($0)"] } ?? []), log: log)
      + [RunningDaemon.products.appending(path: "motcuad").path] + arguments
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ["MOTCUA_LANG": "en", "PATH": "/usr/bin:/bin"]
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    process.waitUntilExit()
    try read(log, injecting: fault)
    if process.terminationStatus == 0 { trace.finish() }
    return process.terminationStatus
  }

  /// Starts so many states as after a crash.
  ///
  /// - Parameters:
  ///   - refused: what is wrong with a start that is refused; anything is, if nothing else is said.
  ///   - opened: what is wrong with one that is not.
  func expectRight(
    _ count: Int, seed: UInt64, refused: (DirectoryStates.State, String) -> String? = { "refused: \($1)" },
    opened: (DirectoryStates.State, LedgerReader.Opened) -> String?
  ) throws {
    let states = DirectoryStates(trace: trace)
    for name in ["ledger/data.mdb", "keys/slots", "keys/master", "STATE", "CURRENT"] {
      let file = [UInt8]((try? Data(contentsOf: URL(filePath: home + "/data/" + name))) ?? Data())
      try #require(states.end.content("data/" + name) ?? [] == file, "the trace is not whole: \(name)")
    }
    // The views as well: what the tracer has missed of them would be taken for torn.
    for name in try FileManager.default.contentsOfDirectory(atPath: home + "/data") where name.hasPrefix("views-") {
      let file = [UInt8](try Data(contentsOf: URL(filePath: home + "/data/\(name)/data.mdb")))
      let traced = states.end.content("data/\(name)/data.mdb") ?? []
      try #require(traced == file, "the trace is not whole: \(name)")
    }
    let reader = LedgerReader()
    var faults: [String] = []
    let tried = try states.forEach(count, seed: seed) { state in
      try states.lay(state, in: scratch)
      let fault: String? =
        switch try reader.open(scratch + "/data") {
        case .died: "the start died"
        case .refused(let why): refused(state, why)
        case .open(let what): opened(state, what)
        }
      if let fault { faults.append(fault) }
    }
    #expect(faults == [], "\(faults.count) of \(tried): \(faults.prefix(3))")
    print("directory states: \(tried) of \(trace.changes.count) changes, \(faults.count) faults")
  }
}
