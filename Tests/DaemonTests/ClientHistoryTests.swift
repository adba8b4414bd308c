import DeskInterface
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("What clients were told, held against the ledger", .oneAtATime)
struct ClientHistoryTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["MOTCUA_HISTORY_ROUNDS"].flatMap { Int($0) } ?? 25

  @Test(
    "clients that write and read while the views are rebuilt and the daemon is killed again and again: every answer is true, in the order of real time",
    arguments: [20_261_125, 4] as [UInt64])
  func killed(seed: UInt64) async throws {
    let daemon = try RunningDaemon()
    let history = ClientHistory()
    let rebuilds = Atomic(0)
    var dice = Dice(seed: seed)
    for round in 0..<Self.rounds {
      try daemon.start()
      // On a slow machine a round lasts longer, so that each has as much in it; one of them has a rebuild that came to its end.
      let (writes, reads) = (history.okCount + 5, history.reads.count + 5)
      daemon.killLater(UInt32.random(in: 0...150_000, using: &dice)) {
        history.okCount >= writes && history.reads.count >= reads
          && (round != 1 || rebuilds.load(ordering: .relaxed) > 0)
      }
      let socket = daemon.socket
      // Half of what nobody answered is sent again by whoever comes next, the rest in the end.
      let pending = history.unknown.filter { _ in Bool.random(using: &dice) }
      _ = await inParallel(9) { index in
        guard let desk = try? Connection(path: socket) else { return }
        if index == 8 {
          // In every other round the views are replaced beside them, again and again.
          while round % 2 == 1, (try? desk.pages(Wire.Rebuild())) != nil { rebuilds.add(1, ordering: .relaxed) }
          return
        }
        var client = HistoryClient(seed: seed, round: round, index: index, history: history, desk: desk)
        let own = pending.enumerated().filter { $0.offset % 8 == index }.map(\.element)
        try? client.work(sendingAgain: own)
      }
      daemon.waitUntilKilled()
    }
    try daemon.start()
    #expect(try HistoryCheck(history, ledger(daemon)).broken == [])
    let unknown = history.unknown
    let desk = try daemon.connect()
    for command in unknown { try history.send(command.write, id: command.id, desk) }
    let events = try ledger(daemon)
    #expect(HistoryCheck(history, events).broken == [])
    // And the load was one that could break something.
    #expect(history.unknown.isEmpty && unknown.count > 2 && history.okCount >= Self.rounds * 5)
    #expect(history.reads.count >= Self.rounds * 5)
    #expect(rebuilds.load(ordering: .relaxed) > 0)
    #expect(history.commands.contains { if case .fail = $0.outcome { true } else { false } })
    print(
      "history, seed \(seed): \(history.okCount) ok, \(history.commands.count - history.okCount) refused,",
      "\(history.reads.count) reads, \(rebuilds.load(ordering: .relaxed)) rebuilds, \(unknown.count) sent again in the end,",
      "\(events.count) events")
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  /// The whole ledger; on a connection of its own, because it stops in the middle of a stream.
  private func ledger(_ daemon: RunningDaemon) throws -> [Wire.Event] {
    let desk = try daemon.connect()
    return try desk.allEvents(upTo: desk.ask(Wire.GetStatus()).status.position)
  }

  @Test("a history with a lie in it does not pass")
  func lies() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let history = ClientHistory()
    var client = HistoryClient(seed: 1, round: 0, index: 0, history: history, desk: desk)
    for _ in 0..<120 { try client.step() }
    let events = try ledger(daemon)
    #expect(HistoryCheck(history, events).broken == [])
    // An event that is lost, one that is there twice, and two that have changed places.
    #expect(!HistoryCheck(history, events.dropLast()).broken.isEmpty)
    #expect(!HistoryCheck(history, events + events.suffix(1)).broken.isEmpty)
    var swapped = events
    swapped.swapAt(20, 21)
    (swapped[20].position, swapped[21].position) = (21, 22)
    #expect(!HistoryCheck(history, swapped).broken.isEmpty)
    // A read that goes back.
    let code = try #require(events.last?.code)
    history.read { .show(code: code, version: 0) }
    #expect(HistoryCheck(history, events).broken.count == 1)
  }
}

/// One client: the same commands and questions for the same seed, as far as the others let it.
struct HistoryClient {
  private var dice: Dice
  private let name: String
  private let history: ClientHistory
  private let desk: Connection
  private var count = 0

  init(seed: UInt64, round: Int, index: Int, history: ClientHistory, desk: Connection) {
    dice = Dice(seed: seed &+ UInt64(round * 1000 + index))
    name = "R\(round)C\(index)"
    (self.history, self.desk) = (history, desk)
  }

  /// Until there is no answer any more.
  mutating func work(sendingAgain pending: [ClientHistory.Command]) throws {
    for command in pending { try history.send(command.write, id: command.id, desk) }
    while true { try step() }
  }

  mutating func step() throws {
    count += 1
    let chance = Int.random(in: 0..<100, using: &dice)
    guard chance >= 20, let code = history.code(&dice) else { return try send(.receive("\(name)S\(count)")) }
    switch chance {
    case 20..<30: try send(.consult(code))
    case 30..<42: try send(.progress(code, step: "\(name)S\(count)"))
    case 42..<55:
      let version = Bool.random(using: &dice) ? nil : Int.random(in: 1...3, using: &dice)
      try send(.resolve(code, expectedVersion: version))
    case 55..<63: try send(.handOver(code))
    case 63..<67: try send(.withdraw(code))
    case 67..<78:
      try history.read { .show(code: code, version: try desk.ask(Wire.Show(code: code)).case.version) }
    case 78..<88:
      try history.read {
        .history(code: code, commandIDs: try desk.pages(Wire.History(code: code)).flatMap(\.events).map(\.commandId))
      }
    case 88..<93:
      try history.read {
        let status = try desk.ask(Wire.GetStatus()).status
        return .status(position: status.position, cases: status.cases)
      }
    case 93..<98:
      guard let (name, _) = history.received(&dice) else { return }
      try history.read {
        .found(
          name: name,
          codes: try desk.pages(Wire.Search(words: name)).flatMap(\.cases).filter { $0.applicant == name }.map(\.code))
      }
    default:
      try history.read {
        let cases = try desk.pages(Wire.List(open: true)).flatMap(\.cases)
        return .open(Dictionary(cases.map { ($0.code, $0.version) }) { max($0, $1) })
      }
    }
  }

  private mutating func send(_ write: ClientHistory.Write) throws {
    let digits = (0..<2).map { _ in String(UInt64.random(in: 1 << 60...UInt64.max, using: &dice), radix: 16) }.joined()
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(Array(digits)[$0]) }
    try history.send(write, id: parts.joined(separator: "-"), desk)
  }
}
