import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Erasing what identifies people")
struct EraseTests {
  private static let basis = "Luật 91/2025/QH15, điều 14"

  private static func ended() throws -> Story {
    var story = try Story.received()
    try story.given(.resolve(Resolve(.refused, reason: "Thiếu giấy khai sinh của Hoa")), at: "2026-11-20T09:00")
    try story.given(.return(Return()), at: "2026-11-20T10:00")
    return story
  }

  @Test("given an ended case, when it is erased, then nobody in it is known any more, and it counts as before")
  func erases() throws {
    var story = try Self.ended()
    let before = story.state
    let bodies = try story.when(.erase(Erase(basis: Self.basis)), at: "2026-11-25T09:00")
    #expect(bodies == [.erased(Erased(basis: Self.basis))])
    let after = story.state
    let facts = try #require(after.reception?.facts)
    #expect(facts.applicant == nil && facts.phone == nil && facts.place == nil && facts.subject == nil)
    #expect(facts.papers.isEmpty && facts.handedInBy == nil && facts.authority == nil && facts.help == nil)
    #expect(after.resolution?.facts.reason == nil && after.handover?.to == nil)
    #expect(after.erasure?.basis == Self.basis)
    #expect(after.status == before.status && after.firstDue == before.firstDue && after.isEnded)
    #expect(after.isResolvedLate == before.isResolvedLate && facts.code == before.reception?.facts.code)
    #expect(after.resolution?.facts.outcome == .refused && after.clerk == before.clerk)
  }

  @Test(
    "given a case whose end is lost, when it is erased again by a restore, then nobody is expected to act on it, and how far it had come is still told"
  )
  func endLost() throws {
    var state = try Story.received().state
    #expect(state.isOpen && !state.isEnded)
    let at = Fixture.time("2026-12-25T09:00")
    CaseDecider.evolve(
      &state,
      CaseEvent(
        .erased(Erased(basis: Self.basis)),
        .init(
          recordedAt: at, occurredAt: at, offset: .utc, actor: Actor(uid: 0, account: "root"), rules: Position(1))))
    #expect(!state.isOpen && state.isEnded && state.status == .received)
    #expect(!Standing(of: state, at: at).owesApology && state.reception?.facts.applicant == nil)
  }

  @Test("that a case was urgent is still told, why is not")
  func urgency() throws {
    var story = Story()
    var receive = Receive(.procedure, procedure: "cai-chinh", applicant: "Nguyễn Thị Hoa")
    receive.urgent = "Mẹ ốm nặng"
    try story.given(.receive(receive), at: "2026-11-18T09:00")
    try story.given(.withdraw(Withdraw(reason: "Đổi ý")), at: "2026-11-18T10:00")
    try story.given(.erase(Erase(basis: Self.basis)), at: "2026-11-18T11:00")
    #expect(story.state.reception?.facts.urgent == "")
  }

  @Test("given an erased case, every command is refused, another erasure included, with when and by what right")
  func nothingAfter() throws {
    var story = try Self.ended()
    try story.given(.erase(Erase(basis: Self.basis)), at: "2026-11-25T09:00")
    let actions: [CaseCommand.Action] = [
      .consult(Consult(question: "Gì?", guidance: "Đây.")), .progress(Progress(step: "Tra sổ")),
      .apologise(Apologise(Apology(cause: "late", text: "Xin lỗi."))), .resolve(Resolve()), .return(Return()),
      .withdraw(Withdraw(reason: "Đổi ý")),
      .correct(Correct(changes: .init(applicant: "Hoa"), reason: "Nhầm")), .erase(Erase(basis: "khác")),
    ]
    for action in actions {
      guard case .caseErased(_, _, Self.basis)? = story.rejection(of: action, at: "2026-11-25T10:00") else {
        Issue.record("\(action) was not refused as erased")
        continue
      }
    }
  }

  @Test("an open case is not erased: the office cannot finish it without knowing whose it is")
  func open() throws {
    var story = try Story.received()
    guard case .erasureHeld? = story.rejection(of: .erase(Erase(basis: Self.basis)), at: "2026-11-18T10:00") else {
      Issue.record("an open case was erased")
      return
    }
  }

  @Test("without a basis nothing is erased")
  func basis() throws {
    var story = try Self.ended()
    #expect(story.rejection(of: .erase(Erase(basis: " ")), at: "2026-11-25T09:00") == .fieldMissing("basis"))
  }

  @Test(
    "a legal hold refuses the erasure with its reason: by kind, by procedure, by code, and by all that it names together",
    arguments: [
      (Hold(kinds: [.procedure], procedures: [], cases: [], reason: reason, source: "-"), true),
      (Hold(kinds: [.complaint], procedures: [], cases: [], reason: reason, source: "-"), false),
      (Hold(kinds: [], procedures: ["cai-chinh"], cases: [], reason: reason, source: "-"), true),
      (Hold(kinds: [.procedure], procedures: ["khai-sinh"], cases: [], reason: reason, source: "-"), false),
      (Hold(kinds: [], procedures: [], cases: ["h56.26.07-261118-0001"], reason: reason, source: "-"), true),
      (Hold(kinds: [], procedures: [], cases: ["H56.26.07-261118-0002"], reason: reason, source: "-"), false),
      (Hold(kinds: [], procedures: [], cases: [], reason: reason, source: "-"), true),
    ])
  func hold(hold: Hold, holds: Bool) throws {
    var story = try Self.ended()
    story.book.rules.holds = [hold]
    let rejection = story.rejection(of: .erase(Erase(basis: Self.basis)), at: "2026-11-25T09:00")
    let expected = Rejection.erasureHeld(
      code: story.state.reception?.facts.code ?? "", reason: Self.reason, source: "-")
    #expect(rejection == (holds ? expected : nil))
  }

  private static let reason = Text(vi: "tòa án đang cần", en: "a court needs it")

  @Test("given the events without what they seal, folding them gives the state that erasing left")
  func foldsTheSame() throws {
    var story = try Self.ended()
    try story.given(.erase(Erase(basis: Self.basis)), at: "2026-11-25T09:00")
    #expect(CaseDecider.fold(story.history.map(\.withoutPeople)) == story.state)
  }

  @Test(
    "given a case that was passed on by a correction dated back, when it is erased, then its dates stay whose they were, and a fold without the sealed reason says the same"
  )
  func keepsHolders() throws {
    var story = try Story.received()
    try story.when(
      .correct(Correct(changes: .init(responsible: "hai"), reason: "Phân công lại")), at: "2026-11-24T09:00",
      occurred: "2026-11-19T09:00", reason: "Quên ghi")
    try story.given(
      .resolve(Resolve(apology: Apology(cause: "late", text: "Xin lỗi."))), at: "2026-11-24T10:00")
    try story.given(.return(Return()), at: "2026-11-24T11:00")
    let before = story.state.contributions
    #expect(before.filter { $0.unit == .dates }.map(\.person) == ["lan"])
    try story.given(.erase(Erase(basis: Self.basis)), at: "2026-11-25T09:00")
    #expect(story.state.contributions == before)
    #expect(CaseDecider.fold(story.history.map(\.withoutPeople)) == story.state)
  }

  @Test(
    "given a case that was passed on while the ledger was ahead of the office's clock, when it is erased, then a fold without what is sealed says the same"
  )
  func keepsHoldersAhead() throws {
    var story = try Story.received()
    let at = Fixture.time("2026-11-19T09:00")
    let passedOn = CaseEvent(
      .corrected(Corrected(changes: .init(responsible: "hai"), reason: "Phân công lại")),
      .init(
        recordedAt: Fixture.time("2026-12-19T09:00"), occurredAt: at, offset: Fixture.offset, actor: Fixture.clerk,
        rules: Position(1)))
    story.given(passedOn)
    #expect(story.state.contributions.filter { $0.unit == .dates }.map(\.person) == ["hai"])
    try story.given(.withdraw(Withdraw(reason: "Đổi ý")), at: "2026-11-20T09:00")
    try story.given(.erase(Erase(basis: Self.basis)), at: "2026-11-20T10:00")
    #expect(CaseDecider.fold(story.history.map(\.withoutPeople)) == story.state)
  }
}

extension CaseEvent {
  /// As it is read when its key is gone.
  fileprivate var withoutPeople: CaseEvent {
    var event = self
    event.circumstances.lateEntryReason = nil
    switch body {
    case .received(var facts):
      (facts.applicant, facts.phone, facts.place, facts.subject) = (nil, nil, nil, nil)
      (facts.handedInBy, facts.authority, facts.help, facts.papers) = (nil, nil, nil, [])
      facts.urgent = facts.urgent.map { _ in "" }
      event.body = .received(facts)
    case .resolved(var facts):
      (facts.reason, facts.documentNumber, facts.signedBy) = (nil, nil, nil)
      event.body = .resolved(facts)
    case .returned: event.body = .returned(Returned())
    case .corrected(let facts):
      event.body = .corrected(
        Corrected(changes: .init(responsible: facts.changes.responsible), voids: facts.voids, reason: ""))
    default: break
    }
    return event
  }
}
