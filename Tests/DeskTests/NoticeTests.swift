import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Notices")
struct NoticeTests {
  /// An office that has the measure, at its counter on Wednesday 18/11/2026.
  private static let book: RuleBook = {
    var book = Fixture.book
    book.rules.measures.notices = true
    return book
  }()

  private func received(
    _ kind: CaseKind = .procedure, _ procedure: String? = "cai-chinh", at: String = "2026-11-18T09:00"
  ) throws -> Story {
    var story = Story()
    story.book = Self.book
    try story.given(.receive(Receive(kind, procedure: procedure, applicant: "Nguyễn Thị Hoa")), at: at)
    return story
  }

  private func notices(_ story: Story) -> [Promise] { story.state.promises.filter { $0.kind == .notice } }

  private func told(_ outcome: NoticeOutcome, of version: Version? = nil) -> CaseCommand.Action {
    .notify(Notify(of: version, channel: .phone, outcome: outcome, receipt: "SMS 0912"))
  }

  private static let late = Apology(cause: "late", text: "Xin lỗi bà.")

  // MARK: Made

  @Test("a receipt with a slip promises a notice of it, until the end of that day's office hours")
  func receipt() throws {
    let story = try received()
    let notice = try #require(notices(story).first)
    #expect(notices(story).count == 1 && notice.isOpen && notice.madeBy == Version(1))
    #expect(notice.since == Fixture.time("2026-11-18T09:00") && notice.due == Fixture.time("2026-11-18T17:00"))
    #expect(notice.to == "Nguyễn Thị Hoa" && notice.holder == "lan")
    #expect(notice.isOwed(at: notice.since) && !notice.isBroken(at: Fixture.time("2026-11-18T17:00")))
    #expect(notice.isBroken(at: Fixture.time("2026-11-18T17:01")))
    // It stands in the envelope, and to whom it is made say the facts.
    #expect(story.history[0].promises == [Promised(.notice, due: notice.due, to: nil)])
  }

  @Test("whom the envelope names is told, and not the applicant")
  func named() throws {
    var state = try received().state
    state.promised[0].promised.to = "Lê Văn Tám"
    #expect(state.promises.filter { $0.kind == .notice }.map(\.to) == ["Lê Văn Tám"])
  }

  @Test(
    "what is recorded after the office hours, or on a day off, is to be told on the next working day",
    arguments: [
      ("2026-11-18T17:00", "2026-11-18T17:00"), ("2026-11-18T17:01", "2026-11-19T17:00"),
      ("2026-11-20T18:00", "2026-11-23T17:00"), ("2026-11-21T09:00", "2026-11-23T17:00"),
      ("2026-11-23T18:00", "2026-11-25T17:00"),
    ])
  func due(at: String, due: String) throws {
    #expect(try notices(received(at: at)).map(\.due) == [Fixture.time(due)])
  }

  @Test("what happened earlier and is recorded now is owed since then, and due as of now")
  func backdated() throws {
    var story = Story()
    story.book = Self.book
    try story.when(
      .receive(Receive(.procedure, procedure: "cai-chinh", applicant: "Hoa")), at: "2026-11-18T09:00",
      occurred: "2026-11-17T15:00", reason: "mất điện")
    #expect(notices(story).map(\.since) == [Fixture.time("2026-11-17T15:00")])
    #expect(notices(story).map(\.due) == [Fixture.time("2026-11-18T17:00")])
  }

  @Test("what is settled at once has no slip, an enquiry neither, and an answer to his face is said by being given")
  func none() throws {
    #expect(try notices(received(.procedure, "khai-sinh")).isEmpty)
    #expect(try notices(received(.enquiry, nil)).isEmpty)
    var story = Story()
    story.book = Self.book
    try story.given(.enquire(Receive(.enquiry), Consult(question: "?", guidance: "!")), at: "2026-11-18T09:00")
    #expect(notices(story).isEmpty)
  }

  @Test("an enquiry that is answered later promises a notice of its answer, a complaint of its receipt, too")
  func answers() throws {
    var story = try received(.enquiry, nil)
    try story.given(.consult(Consult(question: "?", guidance: "!")), at: "2026-11-18T10:00")
    try story.given(.resolve(Resolve()), at: "2026-11-18T10:05")
    #expect(notices(story).map(\.madeBy) == [Version(3)])
    #expect(try notices(received(.complaint, nil)).map(\.madeBy) == [Version(1)])
  }

  @Test("a new date and a result promise a notice each, an apology without a date and other events none")
  func later() throws {
    var story = try received()
    try story.given(.progress(Progress(step: "Thẩm định")), at: "2026-11-19T09:00")
    try story.given(.apologise(Apologise(Apology(cause: "conduct", text: "Xin lỗi."))), at: "2026-11-19T10:00")
    try story.given(
      .apologise(Apologise(Self.late, newDue: .day(Fixture.day("2026-11-27")))), at: "2026-11-20T09:00")
    try story.given(.resolve(Resolve()), at: "2026-11-26T09:00")
    try story.given(.return(Return()), at: "2026-11-26T10:00")
    #expect(notices(story).map(\.madeBy) == [Version(1), Version(4), Version(5)])
    #expect(notices(story).map(\.since)[1...] == [Fixture.time("2026-11-20T09:00"), Fixture.time("2026-11-26T09:00")])
  }

  @Test("only these kinds of events are said to anybody: whoever adds a kind that is, says so here")
  func kinds() throws {
    var story = try received()
    try story.given(.consult(Consult(question: "?", guidance: "!")), at: "2026-11-18T09:10")
    try story.given(.progress(Progress(step: "1")), at: "2026-11-18T09:20")
    try story.given(
      .apologise(Apologise(Self.late, newDue: .day(Fixture.day("2026-11-27")))), at: "2026-11-18T09:30")
    try story.given(told(.handedOver, of: Version(1)), at: "2026-11-18T09:40")
    try story.given(.correct(Correct(changes: .init(subject: "x"), reason: "sót")), at: "2026-11-18T09:50")
    try story.given(.resolve(Resolve()), at: "2026-11-18T10:00")
    try story.given(.return(Return()), at: "2026-11-18T10:10")
    story.actor = Fixture.supervisor
    let last = story.history.count
    try story.given(.erase(Erase(basis: "Luật 91/2025/QH15")), at: "2026-11-18T10:20")
    var withdrawn = try received()
    try withdrawn.given(.withdraw(Withdraw(reason: "đổi ý")), at: "2026-11-18T11:00")
    let events = story.history + withdrawn.history
    #expect(story.history.count == last + 1)
    let missing = Set(EventKind.allCases).subtracting([.rulesAdopted, .restored, .clockAccepted])
      .subtracting(events.map(\.body.kind))
    #expect(missing.isEmpty, "let each happen in one of the two stories, and say below if it makes a notice")
    let makes = Set(events.filter { !$0.promises.isEmpty }.map(\.body.kind))
    #expect(makes == [.received, .apologised, .resolved])
  }

  @Test("an office without the measure promises none, and its events are those of before")
  func off() throws {
    var with = try received()
    var without = Story()
    try without.given(
      .receive(Receive(.procedure, procedure: "cai-chinh", applicant: "Nguyễn Thị Hoa")), at: "2026-11-18T09:00")
    #expect(notices(without).isEmpty && without.history[0].promises.isEmpty)
    #expect(without.history[0].body == with.history[0].body)
    #expect(
      without.rejection(of: told(.delivered), at: "2026-11-18T10:00")
        == .noticeNotOwed(code: "H56.26.07-261118-0001", version: nil, owed: []))
    // What was promised is owed still when the office leaves the measure.
    with.book = Fixture.book
    #expect(with.rejection(of: told(.delivered), at: "2026-11-18T10:00") == nil)
    #expect(notices(with).allSatisfy { !$0.isOpen })
  }

  @Test("history from another register promises none")
  func imported() throws {
    var story = Story()
    story.book = Self.book
    let at = Fixture.time("2026-11-10T09:00")
    try story.given(
      .importHistory(
        ImportHistory(
          code: "NK-1", channel: .post, subject: nil, applicant: "Hoa", responsible: nil, receivedAt: at,
          due: Fixture.time("2026-11-20T17:00"), endedAt: Fixture.time("2026-11-12T09:00"), steps: [])),
      at: "2026-11-18T09:00")
    #expect(notices(story).isEmpty)
  }

  // MARK: Settled

  @Test(
    "what surely reached him settles it, and what is sent, claimed or failed leaves it open",
    arguments: NoticeOutcome.allCases)
  func outcomes(outcome: NoticeOutcome) throws {
    var story = try received()
    let bodies = try story.when(told(outcome), at: "2026-11-18T10:00")
    #expect(bodies == [.notified(Notified(of: Version(1), channel: .phone, outcome: outcome, receipt: "SMS 0912"))])
    let isSettled = [.handedOver, .delivered, .confirmed].contains(outcome)
    #expect(outcome.settles == isSettled)
    #expect(notices(story).map { $0.settled?.by } == [isSettled ? Version(2) : nil])
    #expect(notices(story).first?.settled?.at == (isSettled ? Fixture.time("2026-11-18T10:00") : nil))
  }

  @Test(
    "told exactly at the date is in time, a minute later is late, whenever it is asked",
    arguments: [("2026-11-18T17:00", false), ("2026-11-18T17:01", true)])
  func inTime(at: String, isBroken: Bool) throws {
    var story = try received()
    try story.given(told(.sent), at: "2026-11-18T09:30")
    try story.given(told(.delivered), at: at)
    for now in ["2026-11-18T17:00", "2027-06-01T09:00"] {
      #expect(notices(story).map { $0.isBroken(at: Fixture.time(now)) } == [isBroken])
    }
  }

  @Test("a withdrawal leaves nothing to be said, and an erasure nobody to say it to")
  func ended() throws {
    var story = try received()
    try story.given(.withdraw(Withdraw(reason: "đổi ý")), at: "2026-11-18T10:00")
    #expect(notices(story).map { $0.settled?.manner } == [.withdrawn])
    var erased = try received()
    try erased.given(.resolve(Resolve()), at: "2026-11-18T10:00")
    try erased.given(.return(Return()), at: "2026-11-18T10:30")
    #expect(notices(erased).map(\.isOpen) == [true, true])
    erased.actor = Fixture.supervisor
    try erased.given(.erase(Erase(basis: "Luật 91/2025/QH15")), at: "2026-11-18T11:00")
    #expect(notices(erased).map { $0.settled?.manner } == [.unknown, .unknown])
    #expect(notices(erased).allSatisfy { $0.to == nil })
    guard case .caseErased = erased.rejection(of: told(.delivered, of: Version(1)), at: "2026-11-18T12:00") else {
      Issue.record("somebody was told of an erased case")
      return
    }
  }

  @Test("it is the same after a replay, and after the key is gone")
  func replayed() throws {
    var story = try received()
    try story.given(told(.sent), at: "2026-11-18T10:00")
    try story.given(told(.confirmed), at: "2026-11-18T11:00")
    #expect(CaseDecider.fold(story.history, from: CaseState()) == story.state)
  }

  // MARK: Mistakes

  @Test("voiding the event that made it takes it away, and voiding the notification opens it again")
  func voided() throws {
    var story = try received()
    try story.given(.resolve(Resolve()), at: "2026-11-18T10:00")
    try story.given(told(.delivered, of: Version(2)), at: "2026-11-18T10:10")
    #expect(notices(story).map(\.isOpen) == [true, false])
    try story.given(.correct(Correct(voids: Version(3), reason: "nhầm số")), at: "2026-11-18T10:20")
    #expect(notices(story).map(\.isOpen) == [true, true])
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm hồ sơ")), at: "2026-11-18T10:30")
    #expect(notices(story).map(\.madeBy) == [Version(1)])
  }

  // MARK: Refused

  @Test("the event may be left out when a notice of exactly one is owed; else the refusal says of which")
  func which() throws {
    var story = try received()
    try story.given(.resolve(Resolve()), at: "2026-11-18T10:00")
    let code = story.state.reception?.facts.code ?? ""
    #expect(
      story.rejection(of: told(.delivered), at: "2026-11-18T10:10")
        == .noticeNotOwed(code: code, version: nil, owed: [Version(1), Version(2)]))
    #expect(
      story.rejection(of: told(.delivered, of: Version(7)), at: "2026-11-18T10:10")
        == .noticeNotOwed(code: code, version: Version(7), owed: [Version(1), Version(2)]))
    try story.given(told(.handedOver, of: Version(1)), at: "2026-11-18T10:20")
    try story.given(told(.delivered), at: "2026-11-18T10:30")
    #expect(notices(story).map { $0.settled?.by } == [Version(3), Version(4)])
    #expect(
      story.rejection(of: told(.delivered), at: "2026-11-18T10:40")
        == .noticeNotOwed(code: code, version: nil, owed: []))
  }

  @Test("one notice owed cannot be told of another event")
  func another() throws {
    var story = try received()
    #expect(
      story.rejection(of: told(.delivered, of: Version(2)), at: "2026-11-18T10:10")
        == .noticeNotOwed(code: "H56.26.07-261118-0001", version: Version(2), owed: [Version(1)]))
  }

  @Test("what is settled is not told again: the refusal says since when")
  func twice() throws {
    var story = try received()
    try story.given(told(.delivered), at: "2026-11-18T10:00")
    #expect(
      story.rejection(of: told(.confirmed, of: Version(1)), at: "2026-11-18T11:00")
        == .noticeSettled(
          code: "H56.26.07-261118-0001", version: Version(1), at: Fixture.time("2026-11-18T10:00")))
    #expect(story.history.count == 2)
  }

  @Test("of a result somebody may be told after it was handed over")
  func afterTheEnd() throws {
    var story = try received()
    try story.given(.resolve(Resolve()), at: "2026-11-18T10:00")
    try story.given(.return(Return()), at: "2026-11-18T10:10")
    #expect(story.rejection(of: told(.confirmed, of: Version(2)), at: "2026-11-18T10:20") == nil)
  }

  @Test("nobody is told before it happened, nor is late turned into on time by telling it later")
  func moments() throws {
    var story = try received()
    try story.given(.resolve(Resolve()), at: "2026-11-18T10:00")
    #expect(
      story.rejection(
        of: told(.delivered, of: Version(2)), at: "2026-11-18T11:00", occurred: "2026-11-18T09:30", reason: "quên")
        == .beforeReceipt(
          Fixture.time("2026-11-18T09:30"), receivedAt: Fixture.time("2026-11-18T10:00"), of: Version(2)))
    let due = Fixture.time("2026-11-18T17:00")
    #expect(
      story.rejection(
        of: told(.delivered, of: Version(2)), at: "2026-11-19T09:00", occurred: "2026-11-18T16:00", reason: "quên")
        == .backdatingAcrossDue(Fixture.time("2026-11-18T16:00"), due: due))
    // What settles nothing keeps no date either.
    #expect(
      story.rejection(
        of: told(.failed, of: Version(2)), at: "2026-11-19T09:00", occurred: "2026-11-18T16:00", reason: "quên") == nil)
  }

  @Test("a receipt that is too long is refused")
  func tooLong() throws {
    var story = try received()
    let notify = Notify(channel: .message, outcome: .sent, receipt: String(repeating: "x", count: 501))
    #expect(
      story.rejection(of: .notify(notify), at: "2026-11-18T10:00")
        == .textTooLong(field: "receipt", bytes: 501, limit: 500))
  }
}
