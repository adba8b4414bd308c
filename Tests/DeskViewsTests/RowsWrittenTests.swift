import Desk
import EventSourcing
import TestSupport
import Testing

@testable import DeskViews

@Suite("Rows written")
struct RowsWrittenTests {
  /// The rows of a case in the view of dates that was there before promises were values, as that release wrote them.
  private static func before(_ row: CaseRow) -> [ViewRow] {
    let state = row.state
    guard let facts = state.reception?.facts, let firstDue = state.firstDue, let due = state.due else { return [] }
    func entry(_ order: UInt8, _ time: Timestamp) -> ViewRow {
      ViewRow(OrderedKey.key([order], time, row.number), [TallyGroup(facts.kind).rawValue])
    }
    var rows: [ViewRow] = []
    if state.isOpen {
      rows += [entry(1, firstDue), entry(2, due)]
      if facts.urgent != nil { rows.append(entry(6, due)) }
    }
    if state.isResolvedLate { rows.append(entry(4, firstDue)) }
    if let resolution = state.resolution, !state.isEnded { rows.append(entry(5, resolution.at)) }
    if !state.isEnded, state.hasBrokenDate(at: Timestamp.bounds.upperBound) { rows.append(entry(3, due)) }
    return rows
  }

  private struct Cost {
    var rows = 0
    var bytes = 0

    init() {}

    /// What is deleted, and what is put.
    init(_ old: [ViewRow], _ new: [ViewRow]) {
      rows = old.count { row in !new.contains { $0.key == row.key } }
      for row in new where !old.contains(row) {
        rows += 1
        bytes += row.key.count + row.value.count
      }
    }

    mutating func add(_ other: Cost) {
      rows += other.rows
      bytes += other.bytes
    }
  }

  @Test(
    "no event writes more rows of promises than it wrote of dates before, nor more bytes",
    arguments: 1...6 as ClosedRange<UInt64>)
  func promises(seed: UInt64) throws {
    // given some hundred events, urgent cases and several new dates among them
    var dice = Dice(seed: seed)
    let register = try Register()
    var now = Fixture.time("2026-10-26T08:00")
    for _ in 0..<250 {
      now = now.adding(seconds: Int64.random(in: 60...14_000, using: &dice))
      do {
        if register.states.isEmpty || Int.random(in: 0..<4, using: &dice) == 0 {
          var receive = Receive(.procedure, procedure: "cai-chinh", applicant: "Hoa")
          receive.urgent = Bool.random(using: &dice) ? "gấp" : nil
          try register.record(.receive(receive), at: now)
        } else {
          let number = UInt64.random(in: 1...UInt64(register.states.count), using: &dice)
          try register.record(further(&dice), number, at: now, role: .supervisor)
        }
      } catch is Rejection {}
    }
    // when the rows before and after each of them are laid side by side
    var states: [UInt64: CaseState] = [:]
    var (before, after) = (Cost(), Cost())
    for (number, event) in register.events {
      let old = states[number] ?? CaseState()
      let new = CaseDecider.fold([event], from: old)
      states[number] = new
      let (from, to) = (CaseRow(number: number, state: old), CaseRow(number: number, state: new))
      let then = Cost(Self.before(from), Self.before(to))
      let today = Cost(PromisesView.rows(of: from), PromisesView.rows(of: to))
      // then
      #expect(today.rows <= then.rows && today.bytes <= then.bytes, "\(event.body)")
      before.add(then)
      after.add(today)
    }
    #expect(register.states.values.contains { $0.reappointments > 1 })
    #expect(after.rows < before.rows && after.bytes < before.bytes)
  }

  private func further(_ dice: inout Dice) -> CaseCommand.Action {
    let apology = Bool.random(using: &dice) ? Fixture.apology : nil
    switch Int.random(in: 0..<10, using: &dice) {
    case 0: return .progress(Progress(step: "Thẩm định"))
    case 1, 2, 3:
      return .apologise(Apologise(Fixture.apology, newDue: .workingDays(Int.random(in: 1...6, using: &dice))))
    case 4, 5: return .resolve(Resolve(apology: apology))
    case 6: return .return(Return(apology: apology))
    case 7: return .withdraw(Withdraw(reason: "đổi ý"))
    default: return .correct(Correct(voids: Version(UInt32.random(in: 1...5, using: &dice)), reason: "nhầm"))
    }
  }
}
