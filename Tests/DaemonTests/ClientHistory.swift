import DeskInterface
import Synchronization
import TestSupport
import Varlink
import VarlinkClient

/// What clients asked and were told, with the order in real time: a tick is drawn before each call is sent and another
/// after its answer came.
final class ClientHistory: Sendable {
  enum Write: Hashable, Sendable {
    case receive(String)
    case consult(String)
    case progress(String, step: String)
    case resolve(String, expectedVersion: Int?)
    case handOver(String)
    case withdraw(String)
  }

  enum Outcome: Hashable, Sendable {
    /// Nobody answered: it is done once or not at all.
    case unknown
    case ok(Wire.Receipt)
    /// Refused, by this rule.
    case fail(String)
  }

  struct Command: Sendable {
    var id: String
    var write: Write
    var invoked: Int
    /// When the answer came, the last time that it was sent.
    var completed: Int?
    var outcome = Outcome.unknown
  }

  struct Read: Sendable {
    enum Seen: Sendable {
      case status(position: Int, cases: Int)
      case show(code: String, version: Int)
      case history(code: String, commandIDs: [String])
      /// The open cases by code, with their versions.
      case open([String: Int])
      case found(name: String, codes: [String])
    }

    var seen: Seen
    var invoked: Int
    var completed: Int
  }

  private struct State {
    var tick = 0
    var okCount = 0
    var commands: [String: Command] = [:]
    var reads: [Read] = []
    /// What somebody was told, so that others can go on with it.
    var codes: [String] = []
    var names: [String: String] = [:]
  }

  private let state = Mutex(State())

  var commands: [Command] { state.withLock { Array($0.commands.values) } }
  var reads: [Read] { state.withLock { $0.reads } }
  var okCount: Int { state.withLock { $0.okCount } }
  var unknown: [Command] {
    state.withLock { $0.commands.values.filter { $0.outcome == .unknown }.sorted { $0.id < $1.id } }
  }

  func code(_ dice: inout Dice) -> String? {
    // Mostly the latest, so that clients meet.
    state.withLock { state in
      state.codes.suffix(Int.random(in: 0..<4, using: &dice) == 0 ? 1000 : 12).randomElement(using: &dice)
    }
  }

  func received(_ dice: inout Dice) -> (name: String, code: String)? {
    state.withLock { state in
      state.codes.suffix(50).randomElement(using: &dice).flatMap { code in state.names[code].map { ($0, code) } }
    }
  }

  /// Sends a command, for the first time or again.
  ///
  /// - Throws: when there was no answer, which leaves it unknown.
  func send(_ write: Write, id: String, _ desk: Connection) throws {
    state.withLock { state in
      state.tick += 1
      if state.commands[id] == nil { state.commands[id] = Command(id: id, write: write, invoked: state.tick) }
    }
    let outcome: Outcome
    do {
      outcome = .ok(try Self.receipt(write, id, desk))
    } catch CallError.varlink(let error) where !error.name.hasSuffix(".StorageFailed") {
      outcome = .fail(error.name)
    }
    state.withLock { state in
      state.tick += 1
      state.commands[id]?.completed = state.tick
      state.commands[id]?.outcome = outcome
      if case .ok = outcome { state.okCount += 1 }
      if case (.receive(let name), .ok(let receipt)) = (write, outcome) {
        state.codes.append(receipt.code)
        state.names[receipt.code] = name
      }
    }
  }

  func read(_ body: () throws -> Read.Seen) rethrows {
    let invoked = state.withLock { state in
      state.tick += 1
      return state.tick
    }
    let seen = try body()
    state.withLock { state in
      state.tick += 1
      state.reads.append(Read(seen: seen, invoked: invoked, completed: state.tick))
    }
  }

  private static func receipt(_ write: Write, _ id: String, _ desk: Connection) throws -> Wire.Receipt {
    let entry = Wire.Entry(commandId: id)
    switch write {
    case .receive(let name): return try desk.receive(name, id: id)
    case .consult(let code):
      return try desk.ask(Wire.Consult(code: code, question: "?", guidance: "!", entry: entry)).receipt
    case .progress(let code, let step):
      return try desk.ask(Wire.Progress(code: code, step: step, entry: entry)).receipt
    case .resolve(let code, let version):
      return try desk.ask(
        Wire.Resolve(code: code, entry: Wire.Entry(commandId: id, expectedVersion: version))
      ).receipt
    case .handOver(let code): return try desk.ask(Wire.Return(code: code, entry: entry)).receipt
    case .withdraw(let code): return try desk.ask(Wire.Withdraw(code: code, reason: "đổi ý", entry: entry)).receipt
    }
  }
}
