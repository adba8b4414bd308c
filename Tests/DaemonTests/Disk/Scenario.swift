import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// A little of everything that a desk does, each command with an id that is known beforehand, so that it can be sent
/// again to find out what became of it.
struct Scenario {
  /// Tells the commands of one round from those of another.
  let round: Int

  enum Outcome {
    case acknowledged(Wire.Receipt)
    case refused(String)
    /// It is there, about a case that is erased since, so that nothing more is told of it.
    case erased(code: String)
    /// No answer came, or the command could not be sent.
    case unknown
  }

  private static let steps = 9

  /// Sends everything, whatever becomes of it, and has the views rebuilt in the middle.
  func run(_ socket: String) -> [Outcome] {
    var desk = try? Connection(path: socket)
    var outcomes: [Outcome] = []
    for step in 0..<Self.steps {
      desk?.timeout = .seconds(20)
      do {
        guard let here = desk else { throw RunningDaemon.Failure(text: "nobody answers") }
        outcomes.append(.acknowledged(try send(step, here, outcomes)))
        if step == 4 { try Self.maintain(here) }
      } catch CallError.varlink(let error) {
        if outcomes.count == step { outcomes.append(Self.outcome(of: error)) }
      } catch {
        if outcomes.count == step { outcomes.append(.unknown) }
        desk = try? Connection(path: socket)
      }
    }
    return outcomes
  }

  /// What writes beside the ledger: signs, has a backup of the keys noted, and builds the views anew.
  private static func maintain(_ desk: Connection) throws {
    _ = try desk.ask(Wire.Checkpoint())
    _ = try desk.backup(keys: true)
    _ = try desk.pages(Wire.Rebuild())
  }

  private static func outcome(of error: VarlinkError) -> Outcome {
    guard error.name == Wire.CaseErased.error,
      let erased = try? Wire.CaseErased(json: error.parameters)
    else { return .refused(error.name) }
    return .erased(code: erased.code)
  }

  private func send(_ step: Int, _ desk: Connection, _ before: [Outcome]) throws -> Wire.Receipt {
    let name = "R\(round)S\(step)"
    let entry = Wire.Entry(commandId: commandID(step))
    func code(_ step: Int) throws -> String {
      switch before[step] {
      case .acknowledged(let receipt): return receipt.code
      case .erased(let code): return code
      case .refused, .unknown: throw RunningDaemon.Failure(text: "no case")
      }
    }
    switch step {
    case 0, 1: return try desk.receive(name, id: commandID(step))
    case 2:
      return try desk.ask(Wire.Consult(code: code(0), question: name, guidance: "Đúng hẹn.", entry: entry)).receipt
    case 3:
      let guidance = String(repeating: "Hướng dẫn. ", count: 250)
      return try desk.ask(Wire.Consult(question: name, guidance: guidance, entry: entry)).receipt
    case 4: return try desk.ask(Wire.Progress(code: code(0), step: name, entry: entry)).receipt
    case 5: return try desk.ask(Wire.Resolve(code: code(0), entry: entry)).receipt
    case 6: return try desk.ask(Wire.Return(code: code(0), entry: entry)).receipt
    case 7: return try desk.ask(Wire.Withdraw(code: code(1), reason: name, entry: entry)).receipt
    default: return try desk.ask(Wire.Erase(code: code(1), basis: "Luật 91/2025/QH15", entry: entry)).receipt
    }
  }

  private func commandID(_ step: Int) -> String {
    let number = String(round * 100 + step)
    return "01990000-0000-7000-8000-" + String(repeating: "0", count: 12 - number.count) + number
  }
}

/// A desk on which one scenario after the other meets a fault, and that must be right after each.
final class TestedDesk {
  let daemon: RunningDaemon
  private(set) var round = 0
  /// The last event when everything that was sent is there once.
  private(set) var position = 1
  /// How many a round has; 0 before the first.
  private(set) var events: Int
  /// Whether its key may sign; not after a restore of which nobody knows what is lost.
  var isSigning = true

  init(events: Int = 0) throws {
    self.events = events
    daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    // Elsewhere, so that the data directory is new.
    let key = daemon.home + "/signing"
    try Configuration.replace(
      daemon.config + "/motcuad.toml", "# signing_key = \"/etc/motcua/signing\"", "signing_key = \"\(key)\"")
    let made = try Operator.run("keygen", "--config", daemon.config, "--data", daemon.data, "--out", key)
    try #require(made.status == 0, "\(made.errors)")
  }

  var nextRound: Scenario {
    round += 1
    return Scenario(round: round)
  }

  /// Starts the daemon as always, sends everything of the round again, and says what is wrong: each command must be there
  /// once, and those that were acknowledged as they were acknowledged.
  func settle(_ scenario: Scenario, _ outcomes: [Scenario.Outcome]) throws -> [String] {
    daemon.tracer = []
    try daemon.start()
    var faults: [String] = []
    for (step, (before, after)) in zip(outcomes, scenario.run(daemon.socket)).enumerated() {
      if case .erased(let code) = after {
        if case .acknowledged(let told) = before, told.code != code { faults.append("step \(step) is another's") }
        continue
      }
      guard case .acknowledged(let receipt) = after else {
        faults.append("step \(step) cannot be repeated: \(after)")
        continue
      }
      if case .acknowledged(let told) = before {
        let isThere = receipt.repeated && receipt.position == told.position && receipt.code == told.code
        if !isThere { faults.append("step \(step) was acknowledged and is not there") }
      }
    }
    let desk = try daemon.connect()
    let now = try desk.ask(Wire.GetStatus()).status.position
    if events == 0 { events = now - position }
    if now != position + events { faults.append("\(now) events instead of \(position + events)") }
    position = now
    return faults + (try check())
  }

  /// Holds everything against everything, and looks for what somebody has left.
  func check() throws -> [String] {
    var faults: [String] = []
    if let damage = try daemon.connect().verify().damage { faults.append("damage: \(damage)") }
    if isSigning {
      do { _ = try daemon.connect().ask(Wire.Checkpoint()) } catch { faults.append("nothing is signed: \(error)") }
    }
    let apart = (try? FileManager.default.contentsOfDirectory(atPath: daemon.data + "-apart")) ?? []
    if apart.contains(where: { !["signed-heads", "erasures", "key-backups"].contains($0) }) {
      faults.append("left behind apart: \(apart)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: daemon.data).filter { name in
      !["lock", "ledger", "keys", "CURRENT", "STATE", "CLOCK", "spool", "freed"].contains(name)
        && !name.hasPrefix("views-")
    }
    if !daemon.overwritesAll() { faults.append("not overwritten: \(daemon.freed)") }
    let views = try FileManager.default.contentsOfDirectory(atPath: daemon.data).filter { $0.hasPrefix("views-") }
    let keys = try FileManager.default.contentsOfDirectory(atPath: daemon.data + "/keys").sorted()
    if !left.isEmpty || views.count != 1 || keys != ["master", "slots"] {
      faults.append("left behind: \(left) \(views) \(keys)")
    }
    return faults
  }
}
