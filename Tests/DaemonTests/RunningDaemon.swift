import DeskInterface
import Foundation
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// The real `motcuad`, started on directories of its own.
final class RunningDaemon {
  static var sampleConfiguration: String { Project.folder.appending(path: "config").path }

  let home: String
  var config = RunningDaemon.sampleConfiguration
  var arguments: [String] = []
  /// The command that starts it, and traces it, if it is not started by itself.
  var tracer: [String] = []
  var environment: [String: String] = [:]
  private(set) var process: Process?
  private let ownsHome: Bool

  var data: String { home + "/data" }
  var socket: String { home + "/run/s.sock" }
  var log: String { (try? String(contentsOfFile: home + "/log", encoding: .utf8)) ?? "" }

  init(home: String? = nil) throws {
    ownsHome = home == nil
    self.home = home ?? NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: self.home, withIntermediateDirectories: true)
  }

  deinit {
    process?.terminate()
    process?.waitUntilExit()
    if ownsHome { try? FileManager.default.removeItem(atPath: home) }
  }

  /// Starts it and returns when it answers.
  func start(within seconds: Double = 30) throws {
    try launch()
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
      if let connection = try? Connection(path: socket) {
        _ = try connection.ask(Wire.GetStatus())
        return
      }
      if process?.isRunning != true { break }
      usleep(5000)
    }
    throw Failure(text: "motcuad did not answer: \(log)")
  }

  /// Starts it and returns at once.
  func launch() throws {
    let process = Process()
    let program = Project.program("motcuad")
    let command = tracer + [program, "--config", config, "--data", data, "--socket", socket] + arguments
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    // As the unit sets it.
    let memory = ["MALLOC_MMAP_THRESHOLD_": "131072"]
    process.environment = ["MOTCUA_LANG": "en", "PATH": "/usr/bin:/bin"].merging(memory) { $1 }.merging(environment) {
      $1
    }
    if !FileManager.default.fileExists(atPath: home + "/log") {
      try Data().write(to: URL(filePath: home + "/log"))
    }
    let log = try FileHandle(forWritingTo: URL(filePath: home + "/log"))
    try log.seekToEnd()
    process.standardError = log
    process.standardOutput = log
    try process.run()
    self.process = process
  }

  /// Ends it in order and returns its exit status.
  @discardableResult
  func stop() -> Int32 {
    process?.terminate()
    return waitForExit()
  }

  /// Ends it as a power cut of the process would.
  func kill() {
    if let process { Foundation.kill(process.processIdentifier, SIGKILL) }
    waitForExit()
  }

  /// Kills it from a thread of its own, so many microseconds after the condition holds; a busy machine takes its time to
  /// start what the daemon is to be killed in the middle of.
  func killLater(_ delay: UInt32, after isBusy: @escaping @Sendable () -> Bool) {
    let daemon = UncheckedBox(self)
    Thread {
      for _ in 0..<5000 where !isBusy() { usleep(1000) }
      usleep(delay)
      daemon.value.kill()
    }.start()
  }

  func waitUntilKilled() {
    while process != nil { usleep(1000) }
  }

  @discardableResult
  func waitForExit() -> Int32 {
    for _ in 0..<6000 where process?.isRunning == true { usleep(10_000) }
    // A daemon that goes on where it should end fails its test, and stops none of the others.
    if let process, process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process?.waitUntilExit()
    defer { process = nil }
    return process?.terminationStatus ?? 0
  }

  /// What is not needed any more and lies there until it is overwritten.
  var freed: [String] { (try? FileManager.default.contentsOfDirectory(atPath: data + "/freed")) ?? [] }

  /// Waits until there is nothing of it any more; false when it takes too long.
  func overwritesAll() -> Bool {
    TestSupport.eventually { freed.isEmpty }
  }

  func connect() throws -> Connection { try Connection(path: socket) }

  struct Failure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
  }
}

extension Connection {
  /// One call with one answer.
  func ask<Method: WireMethod>(_ method: Method) throws -> Method.Answer {
    do {
      let reply = try call(Method.method, parameters: method.json)
      try Contract.check(reply: reply.parameters, of: Method.method)
      return try Method.Answer(json: reply.parameters)
    } catch CallError.varlink(let error) {
      try Contract.check(error)
      throw CallError.varlink(error)
    }
  }

  /// All pages of an answer.
  func pages<Method: WireMethod>(_ method: Method) throws -> [Method.Answer] {
    var pages: [Method.Answer] = []
    try stream(Method.method, parameters: method.json) { reply in
      try Contract.check(reply: reply.parameters, of: Method.method)
      pages.append(try Method.Answer(json: reply.parameters))
      return true
    }
    return pages
  }

  /// The typed refusal that a call meets.
  func refusal<Method: WireMethod, Refusal: WireError>(of method: Method, _: Refusal.Type) throws -> Refusal {
    do {
      let answer = try ask(method)
      throw RunningDaemon.Failure(text: "\(Method.method) was accepted: \(answer)")
    } catch CallError.varlink(let error) where error.name == Refusal.error {
      return try Refusal(json: error.parameters)
    }
  }

  func receive(_ name: String, id: String? = nil) throws -> Wire.Receipt {
    try ask(
      Wire.Receive(
        kind: .procedure, procedure: "cai-chinh", applicant: name, entry: id.map { Wire.Entry(commandId: $0) })
    ).receipt
  }
}

/// Runs blocking work on threads of its own and waits for all of it. Tasks would wait for the pool's threads, which other
/// tests may hold.
func inParallel<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) async -> [Result] {
  let results = Gathered<Result>()
  return await withCheckedContinuation { continuation in
    for index in 0..<count {
      Thread {
        if let all = results.add(body(index), of: count) { continuation.resume(returning: all) }
      }.start()
    }
  }
}

private final class Gathered<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  /// All of them, with the last one.
  func add(_ element: Element, of count: Int) -> [Element]? {
    elements.withLock { elements in
      elements.append(element)
      return elements.count == count ? elements : nil
    }
  }
}

/// Words that a daemon told, in order.
func == <Word>(told: [Wire.Told<Word>], words: [Word]) -> Bool { told == words.map(Wire.Told.known) }

/// What the daemon says, held against what its interfaces promise.
enum Contract {
  private static let interfaces: [String: InterfaceDescription] = Dictionary(
    uniqueKeysWithValues: WireInterfaces.texts.compactMap { try? InterfaceDescription(parsing: $0) }
      .map { ($0.name, $0) })

  static func check(reply: [UInt8], of method: String) throws {
    let (interface, name) = try find(method)
    try interface.validate(reply: try StrictJSON.parse(reply), of: name)
  }

  /// Errors of the protocol's own interface are not ours to describe.
  static func check(_ error: VarlinkError) throws {
    if error.name.hasPrefix("org.varlink.service.") { return }
    let (interface, name) = try find(error.name)
    try interface.validate(error: try StrictJSON.parse(error.parameters), named: name)
  }

  private static func find(_ qualified: String) throws -> (InterfaceDescription, String) {
    let parts = qualified.split(separator: ".")
    let interface = try #require(interfaces[parts.dropLast().joined(separator: ".")], "\(qualified)")
    return (interface, String(parts[parts.count - 1]))
  }
}
