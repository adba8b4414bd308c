import DeskInterface
import EventSourcing
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

@testable import motcuad

@Suite("A budget of commands", .oneAtATime)
struct CommandBudgetTests {
  @Test("a minute's commands may be recorded at once, and then one after the other as time goes by")
  func paced() {
    let time = UncheckedBox(Time())
    let budget = CommandBudget { time.value.now }
    for _ in 0..<30 { #expect(budget.take(of: 7, limit: 30) == nil) }
    #expect(budget.take(of: 7, limit: 30) == 2)
    #expect(budget.take(of: 8, limit: 30) == nil)
    time.value.now += .seconds(1)
    #expect(budget.take(of: 7, limit: 30) == 1)
    time.value.now += .seconds(1.1)
    #expect(budget.take(of: 7, limit: 30) == nil)
    #expect(budget.take(of: 7, limit: 30) == 2)
    time.value.now += .seconds(3600)
    for _ in 0..<30 { #expect(budget.take(of: 7, limit: 30) == nil) }
    #expect(budget.take(of: 7, limit: 30) != nil)
  }

  @Test("what is given back may be taken again, and never more than a minute's commands")
  func givenBack() {
    let time = UncheckedBox(Time())
    let budget = CommandBudget { time.value.now }
    for _ in 0..<3 { #expect(budget.take(of: 7, limit: 3) == nil) }
    #expect(budget.take(of: 7, limit: 3) != nil)
    budget.give(of: 7, limit: 3)
    #expect(budget.take(of: 7, limit: 3) == nil)
    #expect(budget.take(of: 7, limit: 3) != nil)
    for _ in 0..<9 { budget.give(of: 7, limit: 3) }
    budget.give(of: 8, limit: 3)
    for uid: UInt32 in [7, 8] {
      for _ in 0..<3 { #expect(budget.take(of: uid, limit: 3) == nil) }
      #expect(budget.take(of: uid, limit: 3) != nil)
    }
  }

  private final class Time {
    var now = ContinuousClock.now
  }

  @Test(
    "past his budget a clerk is told when the next command is taken; what he recorded is answered, and others go on",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func refused() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    try Configuration.replace(
      daemon.config + "/motcuad.toml", "# commands_per_minute_max = 600", "commands_per_minute_max = 3")
    kill(try #require(daemon.process?.processIdentifier), SIGHUP)
    #expect(eventually { daemon.log.contains("the configuration is reloaded") })
    let ids = (0..<5).map { _ in CommandID.text(CommandID.make(milliseconds: 1)) }
    func receive(_ id: String) -> (method: String, parameters: String) {
      let call = Wire.Receive(
        kind: .procedure, procedure: "cai-chinh", applicant: "Hoa", entry: Wire.Entry(commandId: id))
      return (Wire.Receive.method, String(decoding: call.json, as: UTF8.self))
    }
    // The fourth and the fifth are too many, the first is answered again.
    let answers = try Somebody.clerk.answers(daemon.socket, (ids + [ids[0]]).map(receive))
    #expect(answers.map(\.error) == [nil, nil, nil, Wire.TooManyCommands.error, Wire.TooManyCommands.error, nil])
    #expect(answers[3].parameters?.limit == 3 && (1...20).contains(answers[3].parameters?.seconds ?? 0))
    #expect(try Somebody.otherClerk.answers(daemon.socket, [receive(ids[4])]).map(\.error) == [nil])
    // Root is not bound.
    let desk = try daemon.connect()
    for number in 0..<10 { _ = try desk.receive("Lan \(number)") }
  }
  @Test(
    "a command that is refused, and one that is answered again, take nothing of the budget",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func notRecorded() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    try Configuration.replace(
      daemon.config + "/motcuad.toml", "# commands_per_minute_max = 600", "commands_per_minute_max = 2")
    kill(try #require(daemon.process?.processIdentifier), SIGHUP)
    #expect(eventually { daemon.log.contains("the configuration is reloaded") })
    func text(_ call: some WireMethod) -> String { String(decoding: call.json, as: UTF8.self) }
    let refused = (Wire.Resolve.method, text(Wire.Resolve(code: "261118-9999")))
    let ids = (0..<3).map { _ in CommandID.text(CommandID.make(milliseconds: 1)) }
    let recorded = ids.map { id in
      (Wire.Receive.method, text(Wire.Receive(kind: .enquiry, entry: Wire.Entry(commandId: id))))
    }
    let calls =
      Array(repeating: refused, count: 5) + [recorded[0]] + Array(repeating: recorded[0], count: 5) + [recorded[1]]
      + [recorded[2], refused]
    let errors = try Somebody.clerk.answers(daemon.socket, calls).map(\.error)
    let unknown = Wire.UnknownCase.error
    #expect(errors.prefix(5) == [unknown, unknown, unknown, unknown, unknown])
    #expect(errors[5..<12].allSatisfy { $0 == nil }, "\(errors)")
    #expect(errors.suffix(2) == [Wire.TooManyCommands.error, Wire.TooManyCommands.error])
  }
}
