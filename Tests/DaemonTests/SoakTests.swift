import DeskInterface
import Foundation
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// `MOTCUA_SOAK_MINUTES=30 swift test --filter SoakTests` is the long form.
@Suite("A long day", .oneAtATime)
struct SoakTests {
  private static let clients = 64
  /// Between two calls of one client, in microseconds: a person's pace sped up, and not a measure of speed.
  private static let pause: UInt32 = 40_000

  @Test(
    "64 clients at mixed work, with reloads, rebuilds, backups and two kills: no error that is not explained, memory and bytes an event stay flat, and all verifies"
  )
  func soak() throws {
    let minutes = Double(ProcessInfo.processInfo.environment["MOTCUA_SOAK_MINUTES"] ?? "") ?? 0.75
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try daemon.start()
    let (socket, diary) = (daemon.socket, Diary())
    let load = Load(clients: Self.clients) { client in
      let worker = Worker(socket: socket, client: client, diary: diary)
      return { _ in
        worker.step()
        usleep(Self.pause)
        return true
      }
    }
    let start = ContinuousClock.now
    let end = start + .seconds(minutes * 60)
    var samples: [Sample] = []
    var (turn, kills, rebuilds, backups, reloads) = (0, 0, 0, 0, 0)
    while ContinuousClock.now < end {
      let share = start.duration(to: .now) / start.duration(to: end)
      // Two kills, at a third and at two thirds.
      if share > Double(kills + 1) / 3, kills < 2 {
        kills += 1
        diary.isDown(true)
        daemon.kill()
        try daemon.start()
        diary.isDown(false)
      }
      let desk = try daemon.connect()
      desk.timeout = .seconds(120)
      switch turn % 4 {
      case 0:
        _ = try desk.pages(Wire.Rebuild())
        rebuilds += 1
      case 1:
        let made = try desk.backup()
        #expect(made.last.phase == .done && made.file.count == made.last.done)
        backups += 1
      case 2:
        // Every reload is another rule set, so that one is adopted under load each time.
        let (old, new) = (reloads == 0 ? "2025-07" : "soak-\(reloads)", "soak-\(reloads + 1)")
        try Configuration.replace(daemon.config + "/rules.toml", "version = \"\(old)\"", "version = \"\(new)\"")
        kill(try #require(daemon.process?.processIdentifier), SIGHUP)
        reloads += 1
      default: break
      }
      usleep(useconds_t(max(500_000, minutes * 60 * 1e6 / 240)))
      let status = try desk.ask(Wire.GetStatus()).status
      samples.append(Sample(status, pid: try #require(daemon.process?.processIdentifier)))
      turn += 1
    }
    let done = load.finish()
    let desk = try daemon.connect()
    let status = try desk.ask(Wire.GetStatus()).status
    print(
      "\(minutes) minutes: \(done.reduce(0, +)) calls, \(status.position) events, \(rebuilds) rebuilds, \(backups) backups, \(reloads) reloads, \(kills) kills"
    )
    for sample in samples { print(sample) }
    #expect(diary.unexplained == [:])
    #expect(kills == 2 && rebuilds > 0 && backups > 0 && reloads > 0)
    #expect(done.allSatisfy { $0 > 10 })
    #expect(try desk.pages(Wire.Watch(after: 0), until: status.position) { $0.rulesAdopted != nil } > reloads / 2)
    let verified = try daemon.connect().verify()
    #expect(verified.phase == .done && verified.damage == nil)
    try expectFlat(samples)
    #expect(daemon.stop() == 0)
  }

  /// Between the second quarter and the last one: the first is the warming up.
  private func expectFlat(_ samples: [Sample]) throws {
    let quarter = samples.count / 4
    try #require(quarter > 0)
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let (early, late) = (samples[quarter..<(2 * quarter)], samples.suffix(quarter))
    let memory = (median(early.map(\.anonymous)), median(late.map(\.anonymous)))
    #expect(memory.1 < memory.0 + 8e6, "RssAnon grew from \(memory.0) to \(memory.1) bytes")
    let bytes = (median(early.map(\.bytesAnEvent)), median(late.map(\.bytesAnEvent)))
    #expect(bytes.1 < bytes.0 * 1.25, "an event took \(bytes.0) bytes on the disk, and \(bytes.1) at the end")
    let descriptors = (early.map(\.descriptors).max() ?? 0, late.map(\.descriptors).max() ?? 0)
    #expect(descriptors.1 < descriptors.0 + 16, "descriptors: \(descriptors)")
  }
}

private struct Sample: CustomStringConvertible {
  var position: Int
  var anonymous: Double
  var bytesAnEvent: Double
  var descriptors: Int

  init(_ status: Wire.DaemonStatus, pid: Int32) {
    position = status.position
    anonymous = Double(status.residentBytes)
    bytesAnEvent = Double(status.ledgerBytes + status.viewsBytes) / Double(max(1, status.position))
    descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
  }

  var description: String {
    "\(position) events, RssAnon \(Int(anonymous) >> 20) MiB, \(Int(bytesAnEvent)) bytes an event, \(descriptors) descriptors"
  }
}

/// The errors that nothing explains, with how often each came.
private final class Diary: Sendable {
  private let state = Mutex((down: false, lastDown: ContinuousClock.now - .seconds(3600), errors: [String: Int]()))

  var unexplained: [String: Int] { state.withLock { $0.errors } }

  func isDown(_ isDown: Bool) {
    state.withLock {
      $0.down = isDown
      $0.lastDown = .now
    }
  }

  /// While the daemon is being killed, and for a little while after, connections break.
  func note(_ error: any Error, during call: String) {
    state.withLock {
      let isKilled = $0.down || $0.lastDown.duration(to: .now) < .seconds(10)
      if isKilled, !(error is CallError) || Self.isLoss(error) { return }
      let name = if case CallError.varlink(let refusal) = error { refusal.name } else { "\(error)" }
      $0.errors["\(call): \(name)", default: 0] += 1
    }
  }

  private static func isLoss(_ error: any Error) -> Bool {
    switch error {
    case CallError.connectionLost, CallError.closed: true
    default: false
    }
  }
}

/// One client, on a thread of its own: a clerk at the counter, mostly; every eighth one only asks.
private final class Worker: @unchecked Sendable {
  private let socket: String
  private let client: Int
  private let diary: Diary
  private var dice: Dice
  private var desk: Connection?
  private var codes: [String] = []
  private var number = 0

  init(socket: String, client: Int, diary: Diary) {
    self.socket = socket
    self.client = client
    self.diary = diary
    dice = Dice(seed: UInt64(client) &* 7919 &+ 5)
  }

  func step() {
    var call = "connect"
    do {
      if desk?.isOpen != true { desk = try Connection(path: socket) }
      guard let desk else { return }
      desk.timeout = .seconds(60)
      if client % 8 == 0 { try ask(desk, &call) } else { try work(desk, &call) }
    } catch CallError.varlink(let error)
      where ["CaseEnded", "AlreadyResolved", "NotResolved", "VersionConflict"].contains(
        error.name.split(separator: ".").last.map(String.init) ?? "")
    {
      // The rules, at work: somebody else was first, or the step came out of turn.
    } catch {
      desk = nil
      diary.note(error, during: call)
    }
  }

  private func work(_ desk: Connection, _ call: inout String) throws {
    guard let code = codes.randomElement(using: &dice), Int.random(in: 0..<6, using: &dice) > 0 else {
      call = "Receive"
      number += 1
      codes.append(try desk.receive("Người \(client) \(number)").code)
      // Old cases are left to the lists, so that a client does not grow.
      if codes.count > 20 { codes.removeFirst() }
      return
    }
    switch Int.random(in: 0..<9, using: &dice) {
    case 0...1:
      call = "Progress"
      _ = try desk.ask(Wire.Progress(code: code, step: "Tra sổ hộ tịch"))
    case 2:
      call = "Consult"
      _ = try desk.ask(Wire.Consult(code: code, question: "Khi nào có?", guidance: "Đúng hẹn."))
    case 3:
      call = "Resolve"
      _ = try desk.ask(Wire.Resolve(code: code))
    case 4:
      call = "Return"
      _ = try desk.ask(Wire.Return(code: code))
    case 5:
      call = "Correct"
      _ = try desk.ask(
        Wire.Correct(
          code: code, changes: .init(phone: "09\(Int.random(in: 10_000_000...99_999_999, using: &dice))"),
          reason: "Gõ nhầm"))
    case 6:
      call = "History"
      _ = try desk.pages(Wire.History(code: code))
    default:
      call = "Show"
      _ = try desk.ask(Wire.Show(code: code))
    }
  }

  private func ask(_ desk: Connection, _ call: inout String) throws {
    switch Int.random(in: 0..<5, using: &dice) {
    case 0:
      call = "Tally"
      _ = try desk.ask(Wire.Tally())
    case 1:
      call = "List"
      var pages = 0
      try desk.stream(Wire.List(open: true)) { _ in
        pages += 1
        return pages < 3
      }
      // The rest is not wanted, and a stream ends only with its connection.
      self.desk = nil
    case 2:
      call = "Search"
      _ = try desk.pages(Wire.Search(words: "nguoi \(client + 1)"))
    case 3:
      call = "Next"
      try desk.stream(Wire.Next()) { _ in false }
      self.desk = nil
    default:
      call = "GetMetrics"
      _ = try desk.ask(Wire.GetMetrics())
    }
  }
}

extension Connection {
  /// How many of the events up to a position are such ones.
  fileprivate func pages(_ watch: Wire.Watch, until position: Int, _ accepts: (Wire.Event) -> Bool) throws -> Int {
    var count = 0
    try stream(watch) { page in
      count += page.events.count { accepts($0) }
      return (page.events.last?.position ?? 0) < position
    }
    return count
  }
}
