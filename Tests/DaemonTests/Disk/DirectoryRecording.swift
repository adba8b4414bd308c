import Desk
import DeskRecords
import DeskService
import EventSourcing
import EventStore
import Foundation
import Glibc
import MerkleTree
import TestSupport
import Testing

/// What a ledger holds: the root of the tree over its first events, by their number, and when a case was erased.
struct History {
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

  /// The cases whose erasure is among the first events.
  func erased(by position: Int) -> Set<Int> { Set(erasures.filter { $0.position <= position }.map(\.number)) }

  /// What is wrong with a directory that was started: it must have what was told, nothing else, and every key but those
  /// of what was erased.
  func fault(of opened: LedgerReader.Opened, told: Int) -> String? {
    if opened.size < told { return "told of \(told), there are \(opened.size)" }
    guard opened.size < roots.count, opened.root == roots[opened.size] else {
      return "\(opened.size) events are others"
    }
    let erased = erased(by: opened.size)
    return opened.closed == erased ? nil : "closed are \(opened.closed), erased \(erased)"
  }
}

/// One call that fails.
struct CallFault: Hashable, CustomTestStringConvertible {
  /// Those that change what is on the disk, or may not find it.
  static let calls = [
    "fdatasync", "fsync", "pwrite64", "writev", "openat", "rename", "renameat", "unlink", "unlinkat", "rmdir", "mkdir",
    "mkdirat", "link", "ftruncate", "fallocate",
  ]

  var call: String
  var number: Int
  var error = "EIO"

  var isFlush: Bool { call == "fsync" || call == "fdatasync" }
  var injection: String { "\(call):error=\(error):when=\(number)" }
  var testDescription: String { injection }

  /// So that they are counted, as `strace` counts them for each thread, with the paths that they are about.
  static let counting = ["-y", "-e", "trace=" + calls.joined(separator: ",")]

  /// Those that meet a file whose path begins so, before any other thread's call of that number.
  static func all(in log: String, about path: String) throws -> [CallFault] {
    var (counts, seen) = ([String: Int](), Set<CallFault>())
    var faults: [CallFault] = []
    for line in String(decoding: try Strace.log(log), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard words.count == 2, let end = words[1].firstIndex(of: "("), !words[1].hasPrefix("<") else { continue }
      let call = words[1][..<end].trimmingCharacters(in: .whitespaces)
      counts["\(words[0]) \(call)", default: 0] += 1
      let fault = CallFault(call: call, number: counts["\(words[0]) \(call)", default: 0])
      if seen.insert(fault).inserted, line.contains(path) { faults.append(fault) }
    }
    return faults
  }
}

/// What happens to the data directory of a daemon, and to what lies apart from it, from now on.
final class DirectoryRecording {
  private var trace: DirectoryTrace
  /// Its directories are there as long as it is.
  private let daemon: RunningDaemon
  private let scratch: String
  private var runs = 0
  /// What the key had signed before.
  private let heads: [LedgerReader.Head]

  init(of daemon: RunningDaemon) throws {
    self.daemon = daemon
    trace = try DirectoryTrace(of: daemon.home)
    scratch =
      FileManager.default.fileExists(atPath: "/dev/shm")
      ? "/dev/shm/motcua-\(UUID().uuidString)" : daemon.home + "/scratch"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    heads = try Self.heads(apart: daemon.home + "/data-apart")
  }

  deinit { try? FileManager.default.removeItem(atPath: scratch) }

  private static func heads(apart path: String) throws -> [LedgerReader.Head] {
    let record = try SignedHeadsFile(ApartDirectory(path, data: "")).read()
    return record?.heads.map { .init(size: Int($0.size), root: $0.root.base64) } ?? []
  }

  private var home: String { daemon.home }

  // MARK: What happens

  private func log() -> String {
    runs += 1
    return home + "/trace-\(runs)"
  }

  private static func options(_ fault: CallFault?) -> [String] {
    DirectoryTrace.options + (fault.map { ["-e", "inject=\($0.injection)"] } ?? [])
  }

  /// One life of the daemon, to its orderly stop, or to its end when one of its calls is to fail.
  ///
  /// - Returns: whether one of those on what is traced has failed.
  @discardableResult
  func run(_ daemon: RunningDaemon, injecting fault: CallFault? = nil, _ body: () throws -> Void) throws -> Bool {
    let log = log()
    daemon.tracer = Strace.around(Self.options(fault), log: log)
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
    return try read(log)
  }

  /// The rest of the life of a daemon that runs and has nothing to do, from the state that it is in, of which all is taken
  /// to be on the disk; so that the call which fails is one of the body's.
  ///
  /// - Returns: whether it is one on what is traced.
  func attach(to daemon: RunningDaemon, injecting fault: CallFault, _ body: () throws -> Void) throws -> Bool {
    #expect(daemon.overwritesAll())
    let id = try #require(daemon.process).processIdentifier
    // While it stands still, or the one might see what the other does not.
    try Self.hold(id)
    trace = try DirectoryTrace(of: home, heldBy: id)
    let log = log()
    let tracer: Process
    do { tracer = try Strace.attach(to: daemon.process, Self.options(fault), log: log) } catch {
      kill(id, SIGCONT)
      throw error
    }
    kill(id, SIGCONT)
    try body()
    _ = daemon.stop()
    tracer.waitUntilExit()
    return try read(log)
  }

  private static func hold(_ id: pid_t) throws {
    kill(id, SIGSTOP)
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
      let held = threads.filter { thread in
        let status = try? String(contentsOfFile: "/proc/\(id)/task/\(thread)/status", encoding: .utf8)
        return status?.contains("State:\tT") == true
      }
      if !threads.isEmpty, held.count == threads.count { return }
      usleep(2000)
    }
    throw RunningDaemon.Failure(text: "\(id) does not stand still")
  }

  /// A command of the operator, to its end.
  func run(
    _ arguments: [String], injecting fault: CallFault? = nil
  ) throws -> (status: Int32, isMet: Bool) {
    let log = log()
    let status = try Self.run(arguments, around: Self.options(fault), log: log)
    let isMet = try read(log)
    if status == 0 { trace.finish() }
    return (status, isMet)
  }

  static func run(_ arguments: [String], around options: [String], log: String) throws -> Int32 {
    let command = Strace.around(options, log: log) + [Project.program("motcuad")] + arguments
    return try Program.run(command, environment: ["MOTCUA_LANG": "en", "PATH": "/usr/bin:/bin"]).status
  }

  private func read(_ log: String) throws -> Bool {
    let text = try Strace.log(log)
    try trace.read(text)
    // The directory that holds them is met, too, by who opens them from there.
    let path = home.utf8.map { "\\x" + String(Int($0) | 0x100, radix: 16).dropFirst() }.joined()
    return text.split(separator: UInt8(ascii: "\n")).contains {
      $0.suffix(100).firstRange(of: Data("(INJECTED)".utf8)) != nil && $0.firstRange(of: Data(path.utf8)) != nil
    }
  }

  // MARK: What may become of it

  /// What a state is expected to be.
  struct Expectation {
    /// Of the process that starts the states.
    var environment: [String: String] = [:]
    /// Whether the key that is there may be one that signs nothing any more.
    var mayRefuseToSign = false
    /// What is wrong with a start that is refused; anything is, if nothing else is said.
    var refused: (DirectoryStates.State, String) -> String? = { "refused: \($1)" }
    /// What is wrong with one that is not.
    var opened: (DirectoryStates.State, LedgerReader.Opened) -> String?
  }

  /// Starts so many states as after a crash.
  ///
  /// - Parameter what: has happened before.
  func expectRight(_ count: Int, seed: UInt64, after what: String = "", _ expectation: Expectation) throws {
    let (faults, tried) = try faults(count, seed: seed, expectation)
    #expect(faults == [], "\(what) \(faults.count) of \(tried): \(faults.prefix(3))")
    print("directory states: \(what) \(tried) of \(trace.changes.count) changes, \(faults.count) faults")
  }

  /// What is wrong with so many states.
  ///
  /// - Parameter unflushed: what no flush made durable.
  func faults(
    _ count: Int, seed: UInt64, unflushed: DirectoryStates.Unflushed? = nil, _ expectation: Expectation
  ) throws -> (faults: [String], tried: Int) {
    let states = DirectoryStates(trace: trace, unflushed: unflushed)
    try requireWhole(states.end)
    let versions = states.versions()
    let reader = LedgerReader(environment: expectation.environment)
    var faults: [String] = []
    let tried = try states.forEach(count, seed: seed) { state in
      try states.lay(state, in: scratch)
      var fault = try faultOnDisk(state, versions)
      switch try reader.open(scratch + "/data") {
      case .died: fault = fault ?? "the start died"
      case .refused(let why): fault = fault ?? expectation.refused(state, why)
      case .open(let what):
        fault =
          try fault ?? faultApart(state, what, mayRefuseToSign: expectation.mayRefuseToSign)
          ?? expectation.opened(state, what)
      }
      if let fault { faults.append(fault) }
    }
    return (faults, tried)
  }

  /// What the tracer has missed would be taken for torn.
  private func requireWhole(_ end: DirectoryStates.State) throws {
    var names = DirectoryStates.marks + ["data/ledger/data.mdb", "data/keys/slots", "data/keys/master"]
    names += ["data-apart/erasures"]
    names += try FileManager.default.contentsOfDirectory(atPath: home + "/data")
      .filter { $0.hasPrefix("views-") }.map { "data/\($0)/data.mdb" }
    for name in names {
      let file = (try? Data(contentsOf: URL(filePath: home + "/" + name))).map { [UInt8]($0) }
      let traced = end.content(name)
      // Of a whole file nobody wants to read all.
      guard traced == file else {
        let differing = zip(traced ?? [], file ?? []).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        throw RunningDaemon.Failure(
          text: "the trace is not whole: \(name), \(traced?.count ?? -1) bytes of \(file?.count ?? -1), "
            + "others from \(differing ?? -1)")
      }
    }
  }

  /// What is wrong with the state as the crash has left it.
  private func faultOnDisk(_ state: DirectoryStates.State, _ versions: [String: Set<[UInt8]?>]) throws -> String? {
    for mark in DirectoryStates.marks where versions[mark]?.contains(state.content(mark)) != true {
      return "\(mark) is torn: \(String(decoding: state.content(mark) ?? [], as: UTF8.self))"
    }
    if let signed = state.heads.max(by: { $0.size < $1.size }) {
      let record: [LedgerReader.Head]
      do { record = try Self.heads(apart: scratch + "/data-apart") } catch {
        return "the record of what was signed is none: \(error)"
      }
      let isRecorded = record.contains { $0.size > signed.size || $0 == signed }
      if !isRecorded { return "\(signed) was signed and is not recorded" }
    }
    let lines = state.content("data-apart/key-backups").map { $0.count { $0 == UInt8(ascii: "\n") } - 1 } ?? 0
    return lines < state.keyBackups ? "\(state.keyBackups) backups of keys, \(lines) recorded" : nil
  }

  /// What is wrong with what lies apart when the state was started, and with what was signed then.
  private func faultApart(
    _ state: DirectoryStates.State, _ opened: LedgerReader.Opened, mayRefuseToSign: Bool
  ) throws -> String? {
    let path = scratch + "/data-apart/erasures"
    let listed: Set<Int>
    do { listed = try Self.listed([UInt8](Data(contentsOf: URL(filePath: path)))) } catch {
      return "the list of erasures is none: \(error)"
    }
    if !listed.isSuperset(of: opened.erased) { return "erased are \(opened.erased), listed \(listed)" }
    if let refusal = opened.refusal, !mayRefuseToSign { return "not signed: \(refusal)" }
    guard let signed = opened.signed else { return nil }
    if signed != .init(size: opened.size, root: opened.root) { return "signed is \(signed) of \(opened.size)" }
    let before = heads + state.heads
    let isFirst = before.allSatisfy { $0.size < signed.size || $0 == signed }
    return isFirst ? nil : "signed is \(signed) after \(before)"
  }

  /// The cases that a list of erasures is about.
  static func listed(_ list: [UInt8]) throws -> Set<Int> {
    Set(try ErasureList.parse(list, path: "erasures").entries.map { Int($0.slot) })
  }
}

extension DirectoryStates.State {
  /// What of cases whose erasure was acknowledged is on the disk as the crash left it, or lacks there.
  func fault(ofErased cases: Set<Int>) -> String? {
    let slots = content("data/keys/slots") ?? []
    for number in cases where slots.count >= 64 * (number + 1) {
      let slot = slots[(64 * number)..<(64 * (number + 1))]
      if !slot.dropLast(4).allSatisfy({ $0 == 0 }) { return "the key of case \(number) is on the disk" }
    }
    guard !cases.isEmpty else { return nil }
    let listed = (try? DirectoryRecording.listed(content("data-apart/erasures") ?? [])) ?? []
    return listed.isSuperset(of: cases) ? nil : "erased were \(cases), listed are \(listed)"
  }
}
