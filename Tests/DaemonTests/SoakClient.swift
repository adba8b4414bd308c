import DeskInterface
import Foundation
import Synchronization
import TestSupport
import Varlink
import VarlinkClient

/// The errors that nothing explains, with how often each came.
final class Diary: Sendable {
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
final class SoakClient: @unchecked Sendable {
  static let clients = 64
  /// Between two calls of one client, in microseconds: a person's pace sped up, and not a measure of speed.
  private static let pause: UInt32 = 40_000
  /// How long a long day is: 45 seconds, and as it is told in the long form.
  static var minutes: Double { Double(ProcessInfo.processInfo.environment["MOTCUA_SOAK_MINUTES"] ?? "") ?? 0.75 }

  static func load(on socket: String, _ diary: Diary) -> Load {
    Load(clients: clients) { client in
      let worker = SoakClient(socket: socket, client: client, diary: diary)
      return { _ in
        worker.step()
        usleep(pause)
        return true
      }
    }
  }

  private let socket: String
  private let client: Int
  private let diary: Diary
  private var dice: Dice
  private var desk: Connection?
  private var codes: [String] = []
  private var number = 0

  private init(socket: String, client: Int, diary: Diary) {
    self.socket = socket
    self.client = client
    self.diary = diary
    dice = Dice(seed: UInt64(client) &* 7919 &+ 5)
  }

  private func step() {
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
