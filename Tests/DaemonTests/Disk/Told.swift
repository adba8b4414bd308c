import DeskInterface
import Synchronization
import Varlink
import VarlinkClient

/// What the clients of one round sent, and were told.
final class Told: Sendable {
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
    var doubled: [String] = []
    var repeated = 0
    var refused = 0
  }

  private let round: Int
  private let state = Mutex(State())

  init(round: Int) { self.round = round }

  /// Answers that showed less than was acknowledged.
  var stale: [String] { state.withLock { $0.stale } }
  /// Commands that were acknowledged at two places.
  var doubled: [String] { state.withLock { $0.doubled } }
  /// How often somebody was told that his command was known.
  var repeated: Int { state.withLock { $0.repeated } }
  /// Questions that were refused, because what they are answered from is lost.
  var refused: Int { state.withLock { $0.refused } }
  var acknowledged: Int { state.withLock { $0.commands.values.count { $0.receipt != nil } } }

  /// A name that was sent before is the same command again.
  func receive(_ name: String, _ desk: Connection) throws -> String { try send(name, nil, desk).code }
  func progress(_ name: String, _ code: String, _ desk: Connection) throws { _ = try send(name, code, desk) }

  private func send(_ name: String, _ code: String?, _ desk: Connection) throws -> Wire.Receipt {
    let id = Self.id(of: "\(round)\(name)")
    state.withLock { state in
      if state.commands[id] == nil { state.commands[id] = Command(name: name, code: code) }
    }
    let receipt = try Self.send(name, code, id, desk)
    state.withLock { state in
      if let known = state.commands[id]?.receipt, known.position != receipt.position {
        state.doubled.append("\(name) is at \(known.position) and at \(receipt.position)")
      }
      if receipt.repeated { state.repeated += 1 }
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
        // Said before the daemon ends, it shows nothing that would be less.
        let isRefused = [Wire.StorageFailed.error, Wire.Stopping.error].contains(error.name)
        state.withLock { state in
          if isRefused { state.refused += 1 } else { state.stale.append("\(code): \(error.name)") }
        }
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
