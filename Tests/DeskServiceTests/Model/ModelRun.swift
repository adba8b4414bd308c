import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Glibc
import LMDB
import TestSupport
import Testing

/// Where the desk and the model part.
struct ModelMismatch: Error, CustomStringConvertible {
  var step: Int
  var description: String
}

/// A step with the time on the clock before it.
struct Planned: CustomStringConvertible {
  var index: Int
  var at: Micros
  var step: ModelStep

  var description: String { "\(index), \(Almanac.text(at)): \(step)" }
}

/// One sequence: the desk on a data directory of its own, and the model beside it.
final class ModelRun {
  private let seed: UInt64
  private let desktop = Desktop()
  private var model = Model()
  /// Nil only while it is opened again: the directory is free when the last reference is gone.
  private var open: DeskService?
  private var past: [(at: Micros, tally: [String], open: [String], late: [String], scorecard: [String])] = []
  private(set) var plan: [Planned] = []
  private(set) var accepted = 0
  /// The most that cases which had ended owed at once.
  private(set) var owedByEnded = 0

  init(seed: UInt64) throws {
    self.seed = seed
    var dice = Dice(seed: seed)
    let start = Almanac.instant(dice.upTo(330), 8, 30, 30)
    model.lastRecordedAt = start
    open = try desktop.open(at: start, model.office.book)
  }

  /// Makes up so many steps and does them, and compares all answers after each 25.
  func perform(stepsOf count: Int) async throws {
    for index in 0..<count {
      let goal = ModelSteps.clock(seed: seed, index: index, model: model, now: try now)
      try move(to: goal)
      var steps = ModelSteps(seed: seed, index: index, model: model, now: try now)
      let planned = Planned(index: index, at: goal, step: steps.next())
      plan.append(planned)
      try await perform(planned, comparing: index % 25 == 24 || index == count - 1)
      // The blocks since the last look have left what a replay makes.
      if index % 100 == 99 { try await perform(Planned(index: index, at: goal, step: .rebuild), comparing: false) }
    }
    try stop()
  }

  /// Does steps that another run has made up, or some of them.
  func perform(_ plan: [Planned]) async throws {
    for planned in plan {
      try move(to: planned.at)
      try await perform(planned, comparing: true)
    }
    try stop()
  }

  private func move(to goal: Micros) throws { _ = try service.clock.move(to: Timestamp(microseconds: goal)) }

  private func perform(_ planned: Planned, comparing: Bool) async throws {
    do {
      try await perform(planned.step)
      try await ask(after: planned)
      if comparing { try await compareAll() }
    } catch let difference as Difference {
      throw ModelMismatch(step: planned.index, description: difference.text)
    }
  }

  private var now: Micros { get throws { try service.now.microseconds } }
  private var service: DeskService { get throws { try #require(open) } }

  private struct Difference: Error { var text: String }

  private func perform(_ step: ModelStep) async throws {
    switch step {
    case .submit(let requests): try await submit(requests)
    case .restart(let office):
      let stopped = try stop()
      if office.version != model.office.version { model.ledger.append(0) }
      model.office = office
      open = try desktop.open(at: stopped, office.book)
      try await compareAll()
    case .rebuild: try await compareWithRebuild()
    }
  }

  /// After some steps, and not always the same ones, somebody asks: he is told what was acknowledged before. The others leave
  /// the views behind, in blocks that end anywhere.
  private func ask(after planned: Planned) async throws {
    var dice = Dice(seed: seed &+ UInt64(planned.index) &* 0x9E37_79B9)
    guard dice.chance(25) else { return }
    let service = try service
    let acknowledged = service.signal.position
    try await service.caughtUp()
    guard try service.viewsPosition() >= acknowledged else {
      throw Difference(text: "\(acknowledged) was acknowledged, and the views are at \(try service.viewsPosition())")
    }
    guard let number = model.ledger.last, number > 0 else { return }
    let file = model.cases[number - 1]
    let (desk, paper) = (DeskAnswers(service: service, now: try now), ModelAnswers(model: model, now: try now))
    try expect([desk.line(service.find(file.code))], [paper.line(file)], "show, at once")
  }

  private func compareWithRebuild() async throws {
    let service = try service
    try await service.caughtUp()
    let rows = try service.rows()
    try service.rebuild()
    try expect(service.rows(), rows, "rows after a rebuild")
  }

  /// Stops the service and lets go of its directory.
  ///
  /// - Returns: what its clock showed.
  @discardableResult
  private func stop() throws -> Micros {
    let service = try service
    try service.stop()
    open = nil
    return service.now.microseconds
  }

  // MARK: Commands

  private func submit(_ requests: [CommandRequest]) async throws {
    let service = try service
    let before = service.now.microseconds
    let results = await withTaskGroup(of: (Int, Result<Accepted, CommandFailure>).self) { group in
      for (index, request) in requests.enumerated() {
        group.addTask { (index, await service.record(request)) }
      }
      return await group.reduce(into: Array(repeating: nil as Result<Accepted, CommandFailure>?, count: requests.count))
      {
        $0[$1.0] = $1.1
      }
    }.compactMap(\.self)
    let after = service.now.microseconds
    var reasons: [String] = []
    // Those that were under way at once are explained when some order of them explains every answer.
    for order in Self.orders(of: requests.count) {
      var candidate = model
      do {
        for index in order { try explain(requests[index], results[index], from: before, to: after, &candidate) }
        model = candidate
        accepted += results.count { if case .success = $0 { true } else { false } }
        return
      } catch let difference as Difference {
        reasons.append(difference.text)
      }
    }
    throw Difference(text: reasons.joined(separator: "\n or "))
  }

  private static func orders(of count: Int) -> [[Int]] {
    guard count > 1 else { return [Array(0..<count)] }
    return orders(of: count - 1).flatMap { order in
      (0...order.count).map { place in Array(order[..<place]) + [count - 1] + order[place...] }
    }
  }

  private func explain(
    _ request: CommandRequest, _ result: Result<Accepted, CommandFailure>, from before: Micros, to after: Micros,
    _ model: inout Model
  ) throws {
    if let known = model.known[request.id] {
      let isHis = known.uid == request.actor.uid
      let isSame =
        isHis
        && (known.lasting ?? request.lasting == nil
          ? known.text == request.canonicalText : known.lasting == request.lasting)
      // Whatever it says: of an erased case nobody learns that.
      let isErased = isHis && model.cases[known.number - 1].isErased && request.lasting == nil
      switch result {
      case .failure(.rejected(.caseErased)) where isErased: return
      case .failure(.rejected(.commandReused)) where !isErased && !isSame: return
      case .success where !isErased && isSame: break
      default:
        throw Difference(
          text: "a command id came again (\(isErased ? "erased" : isSame ? "the same" : "another body")): \(result)")
      }
      guard case .success(let accepted) = result else { return }
      try expect([told(accepted)], [told(known, isRepeated: true)], "a repeated command")
      return
    }
    switch result {
    case .success(let accepted):
      let recordedAt = accepted.recordedAt.microseconds
      guard recordedAt >= max(before, model.lastRecordedAt) else {
        throw Difference(text: "recorded at \(recordedAt), before \(max(before, model.lastRecordedAt))")
      }
      let rules = ModelRules(model, request, now: recordedAt)
      guard rules.broken.isEmpty else {
        throw Difference(text: "accepted, but it breaks \(rules.broken.sorted())")
      }
      let known = model.record(request, recordedAt: recordedAt)
      try expect([told(accepted)], [told(known, isRepeated: false)], "the receipt")
      let row = CaseRow(number: accepted.number, state: accepted.state)
      try expect(
        [DeskAnswers(service: service, now: recordedAt).line(row)],
        [ModelAnswers(model: model, now: recordedAt).line(model.cases[known.number - 1])], "the case after it")
    case .failure(.rejected(let rejection)):
      // Nobody says when it was refused; on a busy machine that may be a while after it was sent.
      let broken = ModelRules(model, request, now: before).broken.union(ModelRules(model, request, now: after).broken)
      guard broken.contains(rejection.rule) else {
        throw Difference(text: "refused by \(rejection), but it breaks \(broken.sorted())")
      }
    case .failure(let failure): throw Difference(text: "failed: \(failure)")
    }
  }

  private func told(_ accepted: Accepted) -> String {
    "case \(accepted.number) v\(accepted.version.rawValue) @\(accepted.position.rawValue) \(accepted.isRepeated)"
  }

  private func told(_ known: Model.Known, isRepeated: Bool) -> String {
    "case \(known.number) v\(known.version) @\(known.position) \(isRepeated)"
  }

  // MARK: Questions

  private func compareAll() async throws {
    try await service.caughtUp()
    let (service, now) = (try service, try now)
    let (desk, paper) = (DeskAnswers(service: service, now: now), ModelAnswers(model: model, now: now))
    for file in model.cases {
      let row = try service.find(file.code)
      try expect([desk.line(row)], [paper.line(file)], "show")
      try expect(desk.history(row), paper.history(file), "history of \(file.code)")
      if !file.isImported {
        let due = try service.explain(file.code).calculation.instant.microseconds
        try expect(["\(due)"], ["\(file.firstDue)"], "explain \(file.code)")
      }
    }
    for query in ModelQuery.all(now: now) { try expect(desk.list(query), paper.list(query), "list \(query)") }
    for text in ["nguyen thi", "Đặng", "SINH con", "h56", "nk", "26 thi", "lam sua", "0001", "x"] {
      let words = text.lowercased().split(separator: " ").map { $0 == "đặng" ? "dang" : String($0) }
      try expect(desk.search(text), paper.search(words), "search \(text)")
    }
    try expect(desk.tally(), paper.tally(), "tally")
    try expect(desk.duties(), paper.duties(), "next")
    let owed = try desk.owed()
    try expect(owed, desk.openPromises(), "owed")
    try expect(owed.filter { $0.contains("notice") }, paper.notices(), "notices")
    owedByEnded = max(owedByEnded, try desk.owedByEnded())
    try expect(
      service.allEvents().map { "@\($0.position.rawValue) of \($0.number)" },
      model.ledger.enumerated().map { "@\($0.offset + 1) of \($0.element)" }, "all events")
    // What was answered then is answered now when it is asked as of then.
    for moment in past.suffix(3) + past.prefix(1) {
      let then = DeskAnswers(service: service, now: moment.at)
      try expect(then.pastTally(), moment.tally, "tally as of \(moment.at)")
      try expect(then.pastList(.open), moment.open, "list as of \(moment.at)")
      try expect(then.pastList(.late), moment.late, "late as of \(moment.at)")
      try expect(then.pastScorecard(), moment.scorecard, "scorecard as of \(moment.at)")
    }
    // Kept by its cells, the scorecard is the one that is counted from all cases.
    try expect(desk.scorecard(), desk.pastScorecard(), "scorecard")
    past.append(
      (
        now, paper.tally(), paper.list(.open, withNames: false), paper.list(.late, withNames: false),
        try desk.scorecard()
      ))
  }

  private func expect(_ told: [String], _ meant: [String], _ what: String) throws {
    guard told != meant else { return }
    let (desk, paper) = (Set(told).subtracting(meant), Set(meant).subtracting(told))
    let lines =
      desk.isEmpty && paper.isEmpty
      ? told.map { "desk:  \($0)" } + meant.map { "model: \($0)" }
      : told.filter(desk.contains).map { "desk:  \($0)" } + meant.filter(paper.contains).map { "model: \($0)" }
    throw Difference(text: "\(what)\n" + lines.prefix(20).joined(separator: "\n"))
  }
}

extension Desktop {
  /// Opens the service as a demo of that instant. A process that another test starts holds whatever is open here until it
  /// is another program, the lock of the service before included, so it is asked for again for a while.
  fileprivate func open(at now: Micros, _ book: RuleBook) throws -> DeskService {
    for _ in 0..<1000 {
      do { return try openOnce(at: now, book) } catch StoreError.inUse { usleep(10_000) }
    }
    return try openOnce(at: now, book)
  }

  private func openOnce(at now: Micros, _ book: RuleBook) throws -> DeskService {
    try DeskService(
      directory: path, book: book, actor: Actor(uid: 0, account: "motcua"),
      clock: DeskClock(demoFrom: Timestamp(microseconds: now))
    ) { _ in }
  }
}

extension CommandRequest {
  /// What an erasure is known by when the key is gone: the code and the right. Nil of everything else.
  var lasting: String? {
    guard case .erase(let erase) = command.action, case .existing(let code) = target else { return nil }
    return "\(code) \(erase.basis)"
  }
}
