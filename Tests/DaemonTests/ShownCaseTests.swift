import Desk
import DeskInterface
import DeskViews
import DeskWire
import EventSourcing
import TestSupport
import Testing
import Varlink

@testable import motcuad

@Suite("A case as it is written")
struct ShownCaseTests {
  private static let words = [
    "Nguyễn Thị Hoa", "", "\"", "\\", "/", "\u{8}\u{C}\n\r\t", "\u{1}\u{1F}\u{7F}", "e\u{301}\u{302}", "😀🏳️‍🌈", "\u{2028}",
    "한", "𐍈", "trả lời “miệng”",
  ]

  /// Instants within what is recorded and outside of it.
  private static let instants = [
    Timestamp(microseconds: 0), Timestamp(microseconds: -1), Timestamp(microseconds: 1_795_572_000_000_000),
    Timestamp(microseconds: 1_795_572_000_123_456), Timestamp.bounds.lowerBound, Timestamp.bounds.upperBound,
    Timestamp(microseconds: -62_167_219_200_000_000), Timestamp(microseconds: 253_433_923_200_000_000),
  ]

  private static func text(_ dice: inout Dice) -> String {
    (0..<dice.upTo(4)).map { _ in dice.pick(words) }.joined(separator: dice.pick(["", " ", "\u{301}"]))
  }

  private static func optional(_ dice: inout Dice) -> String? { dice.chance(50) ? text(&dice) : nil }

  /// A receipt and whatever followed it, in any order.
  private static func state(_ dice: inout Dice) -> CaseState {
    var state = CaseState()
    var received = Received(
      code: text(&dice), kind: dice.pick(CaseKind.allCases), procedure: optional(&dice),
      procedureEffective: dice.chance(50) ? CalendarDay(number: 20_000) : nil, applicant: optional(&dice),
      isOrganisation: dice.chance(50), phone: optional(&dice), place: optional(&dice), subject: optional(&dice),
      channel: dice.pick(Channel.allCases), papers: [],
      term: dice.pick([.atOnce, .imported, .workingDays(1), .days(999)]), due: dice.pick(instants),
      isProvisional: dice.chance(50))
    received.papers = (0..<dice.upTo(4)).map { _ in text(&dice) }
    (received.handedInBy, received.authority, received.help) = (optional(&dice), optional(&dice), optional(&dice))
    (received.urgent, received.responsible) = (optional(&dice), optional(&dice))
    add(.received(received), &state, &dice)
    for _ in 0..<dice.upTo(6) {
      let body: CaseEvent.Body =
        switch dice.upTo(7) {
        case 0: .progressed(Progressed(step: text(&dice)))
        case 1:
          .apologised(
            Apologised(
              cause: text(&dice), text: text(&dice), newDue: dice.chance(60) ? dice.pick(instants) : nil,
              answersForDate: dice.chance(50)))
        case 2:
          .resolved(
            Resolved(
              outcome: dice.pick([nil, .granted, .refused, .answered]), reason: optional(&dice),
              documentNumber: optional(&dice), signedBy: optional(&dice), closes: dice.chance(30)))
        case 3: .returned(Returned(to: optional(&dice)))
        case 4: .withdrawn(Withdrawn(by: nil, reason: text(&dice)))
        case 5: .erased(Erased(basis: text(&dice)))
        default: .consulted(Consulted(question: text(&dice), guidance: text(&dice), minutes: nil))
        }
      add(body, &state, &dice)
    }
    return state
  }

  private static func add(_ body: CaseEvent.Body, _ state: inout CaseState, _ dice: inout Dice) {
    var circumstances = CaseEvent.Circumstances(
      recordedAt: dice.pick(instants), occurredAt: dice.pick(instants), offset: .utc,
      actor: Actor(uid: 7, account: text(&dice)), isImported: dice.chance(40), rules: Position(1))
    if circumstances.isImported { circumstances.register = optional(&dice) }
    CaseDecider.evolve(&state, CaseEvent(body, circumstances))
  }

  @Test(
    "it is what the contract's type reads and writes, byte for byte, whatever the case is",
    arguments: 0..<40 as Range<UInt64>)
  func contract(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<50 {
      // given
      let row = CaseRow(number: dice.next() >> UInt64(1 + dice.upTo(63)), state: Self.state(&dice))
      let name = dice.chance(50) ? Text(vi: Self.text(&dice), en: Self.text(&dice)) : nil
      let now = dice.pick(Self.instants)
      // when
      let shown = try #require(ShownCase(row, procedureName: name, now: now))
      let page = ShownCases.Page(cases: [shown, shown])
      let duty = ShownCases.Duty(reason: dice.pick(DutyReason.allCases), at: now, case: shown)
      // then the order of the members, their names and their types are those of the contract, and nothing is left out
      let told = try Wire.Case(json: shown.json, unknown: .refused)
      #expect(told.json == shown.json)
      #expect(try Wire.List.Answer(json: page.json, unknown: .refused).json == page.json)
      #expect(try Wire.Show.Answer(json: ShownCases.One(case: shown).json, unknown: .refused).case == told)
      #expect(
        try Wire.Next.Answer(json: ShownCases.Duties(duties: [duty]).json, unknown: .refused).duties.first?.case == told
      )
      try Self.expect(told, row, name, now)
    }
  }

  @Test("every member of the contract's type is written by some case or other")
  func everyMember() throws {
    var (dice, written, declared): (Dice, Set<String>, Set<String>) = (Dice(seed: 1), [], [])
    for _ in 0..<2000 {
      let row = CaseRow(number: 7, state: Self.state(&dice))
      let name = Text(vi: "Cải chính hộ tịch", en: "Correcting civil status")
      let shown = try #require(ShownCase(row, procedureName: name, now: dice.pick(Self.instants)))
      for (label, value) in Mirror(reflecting: try Wire.Case(json: shown.json)).children {
        let (name, mirror) = (try #require(label), Mirror(reflecting: value))
        declared.insert(name)
        if mirror.displayStyle != .optional || !mirror.children.isEmpty { written.insert(name) }
      }
    }
    #expect(!declared.isEmpty && written == declared)
  }

  /// Each member says what the state says.
  private static func expect(_ told: Wire.Case, _ row: CaseRow, _ name: Desk.Text?, _ now: Timestamp) throws {
    let (state, reception) = (row.state, try #require(row.state.reception))
    let (facts, standing) = (reception.facts, Standing(of: row.state, at: now))
    func same(_ text: String?, _ other: String?) -> Bool { text.map { Array($0.utf8) } == other.map { Array($0.utf8) } }
    #expect(same(told.code, facts.code) && told.number == Int(row.number))
    #expect(told.version == Int(state.version.rawValue) && told.kind == facts.kind.wire)
    #expect(same(told.procedure, facts.procedure) && told.procedureName == name?.wire)
    #expect(same(told.applicant, facts.applicant) && same(told.phone, facts.phone) && same(told.place, facts.place))
    #expect(same(told.subject, facts.subject) && told.organisation == facts.isOrganisation)
    #expect(told.channel == facts.channel.wire && told.papers == facts.papers)
    #expect(same(told.handedInBy, facts.handedInBy) && same(told.authority, facts.authority))
    #expect(same(told.help, facts.help) && same(told.urgent, facts.urgent))
    #expect(same(told.responsible, facts.responsible) && same(told.receiver, reception.receiver))
    #expect(told.receivedAt == reception.at.wire && told.term == facts.term.wire && told.firstDue == facts.due.wire)
    #expect(told.due == state.due?.wire && told.provisional == facts.isProvisional)
    #expect(told.reappointments == state.reappointments && told.status == state.status.wire)
    #expect(told.open == state.isOpen && told.ended == state.isEnded)
    #expect(told.late == standing.isLate && told.apologyOwed == standing.owesApology)
    #expect(told.secondDateKept == standing.secondDateKept)
    let resolved = state.resolution?.facts
    #expect(told.outcome == resolved?.outcome.map { .known($0.wire) } ?? nil)
    #expect(same(told.outcomeReason, resolved?.reason) && same(told.documentNumber, resolved?.documentNumber))
    #expect(same(told.signedBy, resolved?.signedBy) && told.resolvedAt == state.resolution?.at.wire)
    #expect(told.returnedAt == state.handover?.at.wire && same(told.returnedTo, state.handover?.to))
    #expect(told.withdrawnAt == state.withdrawal?.at.wire && told.imported == reception.isImported)
    #expect(told.erasedAt == state.erasure?.at.wire && same(told.erasedUnder, state.erasure?.basis))
    #expect(told.importedAt == reception.imported?.at.wire && same(told.importedBy, reception.importer))
    #expect(same(told.importedFrom, reception.imported?.register))
  }
}
