import DeskInterface

/// Holds what clients were told against the ledger as it is in the end; every promise that is broken is a line.
struct HistoryCheck {
  let commands: [ClientHistory.Command]
  let reads: [ClientHistory.Read]
  let events: [Wire.Event]
  private(set) var broken: [String] = []

  init(_ history: ClientHistory, _ events: [Wire.Event]) {
    (commands, reads, self.events) = (history.commands, history.reads, events)
    checkLedger()
    checkCommands()
    checkOrder()
    checkReads()
  }

  private mutating func require(_ condition: Bool, _ text: String) {
    if !condition { broken.append(text) }
  }

  /// Nothing doubled, nothing left out, nothing made up.
  private mutating func checkLedger() {
    require(events.map(\.position) == Array(1...events.count), "positions have gaps")
    for (number, stream) in Dictionary(grouping: events, by: \.number) where number > 0 {
      require(stream.map(\.version) == Array(1...stream.count), "versions of case \(number): \(stream.map(\.version))")
    }
    let known = Set(commands.map(\.id))
    for event in events where event.number > 0 {
      require(known.contains(event.commandId), "nobody asked for what is at \(event.position)")
    }
  }

  /// What was acknowledged is there once, where it was told; what was refused is nowhere; what is unknown is there at most
  /// once.
  private mutating func checkCommands() {
    let byCommand = Dictionary(grouping: events, by: \.commandId)
    for command in commands {
      let places = byCommand[command.id] ?? []
      switch command.outcome {
      case .ok(let receipt):
        let told = (receipt.position, receipt.version, receipt.number, receipt.code)
        require(
          places.count == 1 && places.allSatisfy { ($0.position, $0.version, $0.number, $0.code ?? "") == told },
          "\(command.write) was acknowledged at \(receipt.position) and is at \(places.map(\.position))")
      case .fail(let rule): require(places.isEmpty, "\(command.write) was refused by \(rule), and is there")
      case .unknown: require(places.count <= 1, "\(command.write) is at \(places.map(\.position))")
      }
    }
  }

  private var acknowledged: [(command: ClientHistory.Command, completed: Int, receipt: Wire.Receipt)] {
    commands.compactMap { command in
      guard case .ok(let receipt) = command.outcome, let completed = command.completed else { return nil }
      return (command, completed, receipt)
    }
  }

  /// What was sent after another was acknowledged comes after it.
  private mutating func checkOrder() {
    let byCompletion = acknowledged.sorted { $0.completed < $1.completed }
    var (next, highest) = (0, 0)
    for (command, _, receipt) in acknowledged.sorted(by: { $0.command.invoked < $1.command.invoked }) {
      while next < byCompletion.count, byCompletion[next].completed < command.invoked {
        highest = max(highest, byCompletion[next].receipt.position)
        next += 1
      }
      require(
        receipt.position > highest,
        "\(command.write) is at \(receipt.position), and \(highest) was acknowledged before it was sent")
    }
  }

  /// A read sees what was acknowledged before it, whoever wrote it, and what an earlier read saw; and what it saw stays.
  private mutating func checkReads() {
    var least: [String: [(at: Int, seen: Int)]] = [:]
    var positions: [(at: Int, seen: Int)] = []
    for (_, completed, receipt) in acknowledged {
      least[receipt.code, default: []].append((completed, receipt.version))
      positions.append((completed, receipt.position))
    }
    for read in reads {
      switch read.seen {
      case .status(let position, _): positions.append((read.completed, position))
      case .show(let code, let version): least[code, default: []].append((read.completed, version))
      case .history(let code, let ids): least[code, default: []].append((read.completed, ids.count))
      case .open(let cases):
        for (code, version) in cases { least[code, default: []].append((read.completed, version)) }
      case .found: break
      }
    }
    let streams = Dictionary(grouping: events.filter { $0.number > 0 }) { $0.code ?? "" }
    let lives = lives(streams)
    let versions = least.mapValues(RunningHighest.init)
    func version(_ code: String, before tick: Int) -> Int { versions[code]?.before(tick) ?? 0 }
    let highest = RunningHighest(positions)
    let received = acknowledged.filter { if case .receive = $0.command.write { true } else { false } }.map(\.completed)
    for read in reads {
      switch read.seen {
      case .status(let position, let cases):
        let known = received.count { $0 < read.invoked }
        require(
          cases >= known && cases <= streams.count, "the status said \(cases) cases of \(streams.count), after \(known)"
        )
        let before = highest.before(read.invoked)
        require(
          position >= before && position <= events.count,
          "the status said \(position) of \(events.count) after \(before)")
      case .show(let code, let seen):
        let before = version(code, before: read.invoked)
        require(
          seen >= before && seen <= streams[code]?.count ?? 0,
          "\(code) was shown at version \(seen) of \(streams[code]?.count ?? 0), after \(before)")
      case .history(let code, let ids):
        let before = version(code, before: read.invoked)
        require(ids.count >= before, "the history of \(code) had \(ids.count) events, after \(before)")
        require(
          streams[code]?.map(\.commandId).starts(with: ids) ?? false,
          "the history of \(code) is another than the ledger's")
      case .open(let cases):
        for (code, seen) in cases {
          let before = version(code, before: read.invoked)
          require(seen >= before, "\(code) was listed at version \(seen), after \(before)")
        }
        check(cases, read, lives)
      case .found(let name, let codes):
        require(codes.count == 1, "\(name) was found as \(codes), after it was acknowledged")
      }
    }
  }

  /// Which commands began each case and ended its processing.
  private func lives(_ streams: [String: [Wire.Event]]) -> [Life] {
    let byID = Dictionary(uniqueKeysWithValues: commands.map { ($0.id, $0) })
    return streams.compactMap { code, stream in
      let end = stream.first { $0.type == .resolved || $0.type == .withdrawn }
      return byID[stream[0].commandId].map { Life(code: code, begin: $0, end: end.flatMap { byID[$0.commandId] }) }
    }
  }

  private struct Life {
    var code: String
    var begin: ClientHistory.Command
    var end: ClientHistory.Command?
  }

  /// A case that was received before and is ended by nobody yet is in the list of the open ones; one that was ended before
  /// is not.
  private mutating func check(_ cases: [String: Int], _ read: ClientHistory.Read, _ lives: [Life]) {
    for life in lives {
      let isListed = cases[life.code] != nil
      if life.begin.isDone(before: read.invoked), life.end.map({ $0.invoked > read.completed }) ?? true, !isListed {
        broken.append("\(life.code) was open and is not in the list")
      }
      if life.end?.isDone(before: read.invoked) == true, isListed {
        broken.append("\(life.code) was ended and is in the list")
      }
    }
  }
}

extension ClientHistory.Command {
  func isDone(before tick: Int) -> Bool {
    if case .ok = outcome, let completed { completed < tick } else { false }
  }
}

/// The highest position or version that anybody had seen before a tick.
private struct RunningHighest {
  private var seen: [(at: Int, highest: Int)] = []

  init(_ told: [(at: Int, seen: Int)]) {
    for (at, number) in told.sorted(by: { $0.at < $1.at }) {
      seen.append((at, max(number, seen.last?.highest ?? 0)))
    }
  }

  func before(_ tick: Int) -> Int {
    var (low, high) = (0, seen.count)
    while low < high {
      let middle = (low + high) / 2
      if seen[middle].at < tick { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : seen[low - 1].highest
  }
}
