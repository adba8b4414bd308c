import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

/// What a stranger or a broken program on the same machine may try. Each attack meets its error, takes nothing for good,
/// and holds up nobody.
@Suite("Attacks", .oneAtATime)
struct AttackTests {}

/// Runs an attack beside a client that goes on asking, and expects that he is answered all the while, that the daemon's
/// memory and descriptors are what they were afterwards, and that it still records.
func attack(
  on daemon: RunningDaemon, _ body: (RunningDaemon) throws -> Void
) throws {
  if daemon.process == nil { try daemon.start() }
  let desk = try daemon.connect()
  _ = try desk.receive("Nguyễn Thị Hoa")
  _ = try desk.pages(Wire.List())
  let before = try daemon.vitalsAtRest()
  let witness = Load(clients: 1) { [socket = daemon.socket] _ in
    guard let connection = try? Connection(path: socket, timeout: .seconds(15)) else { return nil }
    let box = UncheckedBox(connection)
    return { _ in
      usleep(20_000)
      return (try? box.value.ask(Wire.GetStatus())) != nil
    }
  }
  witness.waitUntilEach(hasDone: 1)
  let asked = ContinuousClock.now
  try body(daemon)
  let seconds = Int(asked.duration(to: .now).components.seconds)
  let answers = witness.finishUnlessFailed()
  // A question in fifteen seconds is far from what he asks; it fails only when he was kept waiting.
  #expect((answers ?? 0) > seconds / 15, "another client was not served meanwhile")
  let after = try daemon.vitals { $0.isBack(to: before) }
  #expect(after.isBack(to: before), "before: \(before), after: \(after)")
  #expect(try daemon.connect().receive("Lan").number > 1)
}

/// What a process holds.
struct Vitals {
  var descriptors: Int
  var memoryMiB: Int
  /// Of all its threads, in hundredths of a second.
  var ticks: Int

  /// Allocators keep some of what they got.
  func isBack(to before: Vitals, withinMiB more: Int = 24) -> Bool {
    descriptors <= before.descriptors && memoryMiB <= before.memoryMiB + more
  }
}

extension RunningDaemon {
  /// As they are as soon as that is so, or after a minute. One glance says little: it may fall into a moment in which the
  /// daemon looks at a file, and memory comes back when what was allocated is freed, not when its use ends.
  func vitals(once isSo: (Vitals) -> Bool) throws -> Vitals {
    let end = ContinuousClock.now + .seconds(60)
    while true {
      let vitals = try vitals()
      if isSo(vitals) || ContinuousClock.now > end { return vitals }
      usleep(100_000)
    }
  }

  /// The fewest descriptors of some glances, so that none counts that was open for a moment.
  func vitalsAtRest() throws -> Vitals {
    var least = try vitals()
    for _ in 0..<10 {
      usleep(20_000)
      let vitals = try vitals()
      if vitals.descriptors < least.descriptors { least = vitals }
    }
    return least
  }

  func vitals() throws -> Vitals {
    let id = try #require(process?.processIdentifier)
    guard let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8) else {
      throw Failure(text: "motcuad has ended: \(log)")
    }
    let anonymous = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }?.split(separator: " ").dropFirst()
    let statistics = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
    let fields = statistics.split(separator: ")").last?.split(separator: " ") ?? []
    return Vitals(
      descriptors: try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count,
      memoryMiB: (anonymous?.first.flatMap { Int($0) } ?? 0) >> 10,
      ticks: (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0))
  }

  /// The sample configuration with lines of `motcuad.toml` of its own.
  func configure(_ settings: [String: Int]) throws {
    config = try Configuration.copy(into: home)
    try set(settings)
  }

  /// Changes lines of `motcuad.toml` in a configuration of the daemon's own.
  func set(_ settings: [String: Int]) throws {
    let path = config + "/motcuad.toml"
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    for (name, value) in settings {
      let index = try #require(lines.firstIndex { $0.hasPrefix("\(name) = ") }, "\(name)")
      lines[index] = "\(name) = \(value)"
    }
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Lets other users reach the socket.
  func openToOthers() {
    for path in [home, home + "/run"] { chmod(path, 0o755) }
    chmod(socket, 0o666)
  }
}

extension Load {
  /// How much the one client has done; nil when it failed once.
  func finishUnlessFailed() -> Int? {
    let hasFailed = !isRunning
    let done = finish()
    return hasFailed ? nil : done[0]
  }
}

/// Python, where sockets must be somebody else's or many.
enum Python {
  /// What is imported later could not be read any more.
  static func become(_ uid: UInt32) -> String {
    "import os, resource, select, socket, sys, threading\nos.setgroups([]); os.setgid(\(uid)); os.setuid(\(uid))\n"
  }

  /// - Parameter uid: whom it becomes first, which root can.
  static func run(_ script: String, _ arguments: [String], as uid: UInt32? = nil) throws -> String {
    let outcome = try Program.run(["python3", "-c", (uid.map(become) ?? "") + script] + arguments)
    guard outcome.status == 0 else { throw RunningDaemon.Failure(text: "python ended: \(outcome.said)") }
    return outcome.output
  }
}
