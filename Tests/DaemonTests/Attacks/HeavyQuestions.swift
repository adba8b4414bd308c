import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// What a reader can ask for that takes much.
extension AttackTests {
  private static let readers: [UInt32] = [65_534, 65_533, 65_532]

  /// A daemon in which these may read, with a case of so many events.
  private func daemon(events: Int, words: Int = 10, settings: [String: Int] = [:]) throws -> (RunningDaemon, String) {
    let daemon = try RunningDaemon()
    let made = try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config)
    try #require(made.status == 0)
    try daemon.startForAll(clerks: Self.readers.map { "\($0)" }, settings: settings)
    let desk = try daemon.connect()
    let code = try desk.receive("Trần Văn Béo").code
    let guidance = String(repeating: "ô", count: words / 2)
    for _ in 1..<events { _ = try desk.ask(Wire.Consult(code: code, question: "?", guidance: guidance)) }
    return (daemon, code)
  }

  @Test(
    "however many proofs are asked for at once, a few are made at a time, and nobody else gets an error",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func proofs() throws {
    let (daemon, code) = try daemon(events: 150)
    // Without a checkpoint that covers the case each would make one.
    _ = try daemon.connect().ask(Wire.Checkpoint())
    let desk = try daemon.connect()
    try Bystander(of: daemon).stands("180 proof streams") {
      let greedy = try Self.readers.map {
        try Greedy(daemon.socket, as: $0, connections: 60, Wire.Prove(code: code))
      }
      return {
        for _ in 0..<20 {
          let status = try desk.ask(Wire.GetStatus()).status
          #expect((status.viewsReaders ?? .max) < 32 && (status.ledgerReaders ?? .max) < 32)
        }
        for one in greedy {
          let outcome = try one.end()
          // On a slow machine not one is whole by then.
          #expect(outcome.errors.isEmpty && outcome.longest > 0, "\(outcome)")
        }
      }
    }
  }

  @Test(
    "who asks about the past without end has one place; another's question comes next, and the status tells the queue",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func past() throws {
    let (daemon, _) = try daemon(events: 20)
    let desk = try daemon.connect()
    for number in 0..<400 { _ = try desk.receive("Người \(number)") }
    let moment = try desk.ask(Wire.GetStatus()).status.now
    try Bystander(of: daemon).stands("40 questions about the past") {
      let lists = try Greedy(daemon.socket, as: 65_534, connections: 20, Wire.List(asOf: moment))
      let tallies = try Greedy(daemon.socket, as: 65_534, connections: 20, Wire.Tally(asOf: moment), more: false)
      return {
        #expect(try eventually { (try desk.ask(Wire.GetStatus()).status.pastWaiting ?? 0) > 10 })
        for _ in 0..<20 {
          let status = try desk.ask(Wire.GetStatus()).status
          #expect((status.pastAnswers ?? .max) <= 1)
        }
        // The other place is there for another.
        #expect(try desk.ask(Wire.Tally(asOf: moment)).cases.all.received > 400)
        #expect(try desk.pages(Wire.List(asOf: moment)).flatMap(\.cases).count > 400)
        for one in [lists, tallies] {
          let outcome = try one.end()
          #expect(outcome.errors.isEmpty && outcome.answers > 0, "\(outcome)")
        }
      }
    }
    // Who has left waits for nothing.
    #expect(try eventually { try desk.ask(Wire.GetStatus()).status.pastWaiting == 0 })
  }

  @Test(
    "a long history of many words comes in short replies, and those who ask for it hold up nobody",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func histories() throws {
    let (daemon, code) = try daemon(events: 300, words: 4000)
    let desk = try daemon.connect()
    let events = try desk.pages(Wire.History(code: code)).flatMap(\.events)
    #expect(events.map(\.version) == Array(1...300))
    #expect(try daemon.connect().pages(Wire.Watch(after: 0), until: 300).map(\.position) == Array(1...300))
    try Bystander(of: daemon).stands("two readers of long histories") {
      let greedy = try Self.readers.prefix(2).map {
        try Greedy(daemon.socket, as: $0, connections: 8, Wire.History(code: code))
      }
      return {
        for one in greedy {
          let outcome = try one.end()
          #expect(outcome.errors.isEmpty && outcome.answers > 0, "\(outcome)")
          #expect(outcome.longest < 200 << 10)
        }
      }
    }
  }

  @Test(
    "sixty-four answers that nobody reads take a bounded room, and another's are read meanwhile",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func unread() throws {
    let (daemon, code) = try daemon(events: 300, words: 4000)
    let desk = try daemon.connect()
    _ = try desk.pages(Wire.History(code: code))
    let before = try daemon.vitalsAtRest().memoryMiB
    try Bystander(of: daemon).stands("64 unread streams") {
      let greedy = try Greedy(daemon.socket, as: 65_534, connections: 64, Wire.History(code: code), reads: false)
      return {
        let meanwhile = try daemon.vitals().memoryMiB
        print("64 unread streams: \(before) MiB before, \(meanwhile) MiB meanwhile")
        // Eight of pages that are made, one more of each stream, and what the other client takes.
        #expect(meanwhile - before < 8 + 64 * 200 / 1024 + 24)
        #expect(try desk.pages(Wire.History(code: code)).flatMap(\.events).count == 300)
        _ = try greedy.end()
      }
    }
  }
}

extension Connection {
  /// The first so many events of a watch.
  fileprivate func pages(_ watch: Wire.Watch, until count: Int) throws -> [Wire.Event] {
    var events: [Wire.Event] = []
    try stream(Wire.Watch.method, parameters: watch.json) { reply in
      events += try Wire.Watch.Answer(json: reply.parameters).events
      return events.count < count
    }
    return Array(events.prefix(count))
  }
}
