import Desk
import DeskInterface
import DeskService
import DeskViews
import EventStore
import Foundation
import Glibc
import LMDB
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("Many clients, and a daemon that is killed", .oneAtATime)
struct LoadTests {
  @Test(
    "64 clients at once: no event lost, doubled or out of order, views equal to a rebuild, commits far fewer than commands"
  )
  func manyClients() async throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let socket = daemon.socket
    let casesEach = 4
    let failures = await inParallel(64) { client -> String? in
      do {
        let desk = try Connection(path: socket)
        for _ in 0..<casesEach {
          let code = try desk.receive("Người \(client)").code
          _ = try desk.ask(Wire.Consult(code: code, question: "Khi nào có?", guidance: "Đúng hẹn."))
          _ = try desk.ask(Wire.Apologise(code: code, cause: "late", text: "Xin lỗi.", newDue: "+9"))
          _ = try desk.ask(Wire.Resolve(code: code))
        }
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(failures.compactMap(\.self) == [])
    let desk = try daemon.connect()
    let status = try desk.ask(Wire.GetStatus()).status
    let commands = 64 * casesEach * 4
    #expect(status.position == commands + 1)
    #expect(status.commands >= commands)
    #expect(status.commits * 4 < status.commands, "\(status.commits) commits for \(status.commands) commands")
    let events = try desk.allEvents(upTo: status.position)
    #expect(events.map(\.position) == Array(1...status.position))
    for (number, stream) in Dictionary(grouping: events, by: \.number) where number > 0 {
      #expect(stream.map(\.version) == [1, 2, 3, 4])
      #expect(stream.map(\.type) == [.received, .consulted, .apologised, .resolved])
    }
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test(
    "killed again and again under load: every acknowledged command is there, every unknown one at most once, and exactly once when it is sent again"
  )
  func killed() async throws {
    let rounds = try Disk.count("MOTCUA_KILLS", ci: 40)
    let daemon = try RunningDaemon()
    let journal = Journal()
    var generator = Dice(seed: 20_261_124)
    for round in 0..<rounds {
      try daemon.start()
      let socket = daemon.socket
      let delay = UInt32.random(in: 5_000...60_000, using: &generator)
      let before = journal.outcome.acknowledged.count
      daemon.killLater(delay) { journal.outcome.acknowledged.count > before }
      _ = await inParallel(16) { client in
        guard let desk = try? Connection(path: socket) else { return }
        for step in 0..<10_000 {
          let name = "V\(round)C\(client)S\(step)"
          journal.invoked(name)
          do {
            let code = try desk.receive(name, id: Journal.id(of: name)).code
            journal.acknowledged(name, code)
            _ = try desk.ask(Wire.Progress(code: code, step: name))
            journal.progressed(name)
          } catch {
            return
          }
        }
      }
      daemon.waitUntilKilled()
    }
    try daemon.start()
    let desk = try daemon.connect()
    // A client that got no answer sends the same command again, as ours does: then it is done once, whatever had become of it.
    let unknown = journal.outcome.invoked.subtracting(journal.outcome.acknowledged.keys)
    var settledBefore = 0
    for name in unknown where try desk.receive(name, id: Journal.id(of: name)).repeated { settledBefore += 1 }
    #expect(unknown.count > rounds)
    let position = try desk.ask(Wire.GetStatus()).status.position
    let events = try desk.allEvents(upTo: position)
    #expect(events.map(\.position) == Array(1...position))
    let received = Dictionary(grouping: events.filter { $0.type == .received }) { $0.received?.applicant ?? "" }
    let progressed = Dictionary(grouping: events.filter { $0.type == .progressed }) { $0.progressed?.step ?? "" }
    let outcome = journal.outcome
    #expect(
      outcome.acknowledged.count > rounds, "the load reached too little: \(outcome.acknowledged.count) acknowledged")
    for (name, code) in outcome.acknowledged {
      #expect(received[name]?.count == 1 && received[name]?.first?.code == code, "\(name) was acknowledged")
    }
    for name in outcome.progressed { #expect(progressed[name]?.count == 1, "the step of \(name) was acknowledged") }
    #expect(Set(received.keys) == outcome.invoked && received.values.allSatisfy { $0.count == 1 })
    #expect(settledBefore < unknown.count)
    for (_, stream) in Dictionary(grouping: events, by: \.number) {
      #expect(stream.map(\.version) == Array(1...stream.count))
    }
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }
}

/// What clients did and were told.
private final class Journal: Sendable {
  struct Outcome: Sendable {
    var invoked: Set<String> = []
    var acknowledged: [String: String] = [:]
    var progressed: Set<String> = []
  }

  private let state = Mutex(Outcome())

  /// The same id for the same name: the name's bytes, which are at most 16.
  static func id(of name: String) -> String {
    let digits = Array(name.utf8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let padded = Array(digits + String(repeating: "0", count: max(0, 32 - digits.count)))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(padded[$0]) }.joined(separator: "-")
  }

  func invoked(_ name: String) { state.withLock { _ = $0.invoked.insert(name) } }
  func acknowledged(_ name: String, _ code: String) { state.withLock { $0.acknowledged[name] = code } }
  func progressed(_ name: String) { state.withLock { _ = $0.progressed.insert(name) } }
  var outcome: Outcome { state.withLock { $0 } }
}

/// Hands something to a thread that is joined before it is used again.
struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}

extension Connection {
  func allEvents(upTo position: Int) throws -> [Wire.Event] {
    var events: [Wire.Event] = []
    try stream(Wire.Watch(after: 0)) { page in
      events += page.events
      return (events.last?.position ?? 0) < position
    }
    return events
  }
}

/// Compares the views of a stopped daemon with views that are built from its ledger alone.
enum Rebuild {
  static func expectEqual(_ data: String) throws {
    let live = try rows(data)
    try FileManager.default.removeItem(atPath: data + "/CURRENT")
    let rebuilt = try rows(data)
    #expect(!live.isEmpty && live == rebuilt)
  }

  private static func rows(_ data: String) throws -> [[UInt8]] {
    let store = try EventStore(
      data, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: false, now: 0)
    let views = try DeskViews(store.views)
    try DeskService.catchUp(store, views)
    var rows: [[UInt8]] = []
    try store.views.environment.read { transaction throws(LMDBError) in
      try views.rows(transaction) { table, key, value in
        rows.append(Array(table.utf8) + [0] + key + [0] + value)
      }
    }
    try store.close()
    return rows
  }
}
