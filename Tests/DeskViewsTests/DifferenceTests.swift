import Desk
import EventSourcing
import TestSupport
import Testing

@testable import DeskViews

@Suite("When the rows of a view are looked at")
struct DifferenceTests {
  /// Some hundred events, of every kind that a case has.
  private func history(_ seed: UInt64) throws -> Register {
    var dice = Dice(seed: seed)
    let register = try Register()
    var now = Fixture.time("2026-10-26T08:00")
    for _ in 0..<300 {
      now = now.adding(seconds: Int64.random(in: 60...20_000, using: &dice))
      do {
        if register.states.isEmpty || dice.chance(20) {
          var receive = Receive(
            dice.pick([.procedure, .procedure, .complaint, .assistance]),
            procedure: dice.pick(["cai-chinh", "khai-sinh"]),
            applicant: dice.pick(["Hoa", "Lâm"]))
          if dice.chance(30) { receive.urgent = "gấp" }
          try register.record(.receive(receive), at: now)
        } else {
          let number = UInt64(1 + dice.upTo(register.states.count))
          try register.record(further(&dice), number, at: now, by: dice.pick(["lan", "minh"]), role: .supervisor)
        }
      } catch is Rejection {}
    }
    return register
  }

  private func further(_ dice: inout Dice) -> CaseCommand.Action {
    let apology = dice.chance(50) ? Fixture.apology : nil
    switch dice.upTo(13) {
    case 0: return .consult(Consult(question: "?", guidance: "!"))
    case 1, 2: return .progress(Progress(step: "Thẩm định"))
    case 3, 4: return .apologise(Apologise(Fixture.apology, newDue: .workingDays(1 + dice.upTo(6))))
    case 5: return .apologise(Apologise(Apology(cause: "conduct", text: "Xin lỗi.")))
    case 6: return .resolve(Resolve(apology: apology))
    case 7: return .return(Return(apology: apology))
    case 8: return .withdraw(Withdraw(reason: "đổi ý"))
    case 9:
      let clerk = dice.pick(["khanh", "lan"])
      return .correct(Correct(changes: .init(applicant: dice.pick(["Hoa", "Sửa"]), responsible: clerk), reason: "sửa"))
    case 10: return .erase(Erase(basis: "Luật 91/2025/QH15"))
    default: return .correct(Correct(voids: Version(UInt32(1 + dice.upTo(6))), reason: "nhầm"))
    }
  }

  @Test(
    "where a view says that its rows cannot differ, they do not, after one event and after several",
    arguments: 1...6 as ClosedRange<UInt64>)
  func rows(seed: UInt64) throws {
    // given what events make of cases
    let register = try history(seed)
    var steps: [UInt64: [CaseState]] = [:]
    for (number, event) in register.events {
      let states = steps[number, default: [CaseState()]]
      steps[number] = states + [CaseDecider.fold([event], from: states.last ?? CaseState())]
    }
    for view in DeskViews.all {
      guard case .rows(let add, .differencesIf(let differ)) = view.content else { continue }
      func rows(_ row: CaseRow) -> [ViewRow] {
        var rows = RowBuffer()
        add(row, &rows)
        return rows.copies
      }
      var (spared, looked) = (0, 0)
      for (number, states) in steps {
        for (index, before) in states.enumerated() {
          // when it is asked about each step, and about blocks of them
          for after in states[index...].prefix(4) {
            let (old, new) = (CaseRow(number: number, state: before), CaseRow(number: number, state: after))
            if differ(before, after) {
              looked += 1
            } else {
              spared += 1
              // then
              #expect(rows(old) == rows(new), "\(view.name) of \(number)")
            }
          }
        }
      }
      #expect(spared > 20 && (looked > 20 || view.name == "erased"), "\(view.name): \(spared), \(looked)")
    }
  }

  @Test("where the figures say that nothing can have changed, it has not", arguments: 1...6 as ClosedRange<UInt64>)
  func figures(seed: UInt64) throws {
    var states: [UInt64: [CaseState]] = [:]
    let register = try history(seed)
    for (number, event) in register.events {
      let last = states[number]?.last ?? CaseState()
      states[number, default: [CaseState()]].append(CaseDecider.fold([event], from: last))
    }
    for states in states.values {
      for (index, before) in states.enumerated() {
        for after in states[index...].prefix(4) {
          var (told, whole) = (CellChange(), CellChange())
          told.change(from: before, to: after)
          whole.change(from: before.contributions, to: after.contributions)
          #expect(told.cells.filter { $0.value != 0 } == whole.cells.filter { $0.value != 0 })
        }
      }
    }
  }

  @Test("what is late, and what is owed, is what the promises say", arguments: 7...10 as ClosedRange<UInt64>)
  func standing(seed: UInt64) throws {
    let register = try history(seed)
    var states: [UInt64: CaseState] = [:]
    for (number, event) in register.events {
      let state = CaseDecider.fold([event], from: states[number] ?? CaseState())
      states[number] = state
      let promises = state.promises
      let dates = promises.flatMap { [$0.since, $0.due, $0.settled?.at].compactMap(\.self) }
      for now in dates.flatMap({ [$0, $0.adding(seconds: -1), $0.adding(seconds: 1)] }) {
        let standing = Standing(of: state, at: now)
        let first = promises.first(where: \.kind.isFirstDate)
        #expect(standing.isLate == (first?.settled?.manner != .withdrawn && first?.isBroken(at: now) == true))
        #expect(standing.owesApology == promises.contains { $0.kind == .apology && $0.isOwed(at: now) })
      }
    }
    #expect(states.values.contains { $0.reappointments > 0 })
  }
}
