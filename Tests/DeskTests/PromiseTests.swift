import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Promises")
struct PromiseTests {
  private func received(_ kind: CaseKind = .procedure, at: String = "2026-11-18T09:00") throws -> Story {
    var story = Story()
    var receive = Receive(kind, procedure: kind == .procedure ? "cai-chinh" : nil, applicant: "Nguyễn Thị Hoa")
    receive.responsible = "khanh"
    try story.given(.receive(receive), at: at)
    return story
  }

  private func promise(_ kind: Promise.Kind, _ story: Story) throws -> Promise {
    let found = story.state.promises.filter { $0.kind == kind }
    #expect(found.count == 1, "\(kind): \(found)")
    return try #require(found.first)
  }

  private static let late = Apology(cause: "late", text: "Xin lỗi bà.")

  @Test("a receipt promises a date, and an apology in case it passes")
  func made() throws {
    let story = try received()
    #expect(story.state.promises.map(\.kind) == [.firstDate, .apology])
    let date = try promise(.firstDate, story)
    #expect(date.madeBy == Version(1) && date.since == Fixture.time("2026-11-18T09:00"))
    #expect(date.due == Fixture.time("2026-11-23T17:00") && date.isOpen)
    #expect(date.to == "Nguyễn Thị Hoa" && date.holder == "khanh")
  }

  @Test("a date and an apology are made by the receipt, whichever event of the case that is")
  func receivedLater() throws {
    var history = try received().history
    let circumstances = try #require(history.first).circumstances
    history.insert(CaseEvent(.progressed(Progressed(step: "Gọi số")), circumstances), at: 0)
    let state = CaseDecider.fold(history)
    #expect(state.promises.map(\.kind) == [.firstDate, .apology])
    #expect(state.promises.allSatisfy { $0.madeBy == Version(2) })
    let apologised = Apologised(cause: "late", text: "…", newDue: nil, answersForDate: true)
    history.append(CaseEvent(.apologised(apologised), circumstances))
    #expect(CaseDecider.fold(history).promises.filter { $0.kind == .apology }.map(\.madeBy) == [Version(2)])
  }

  @Test("an enquiry and a complaint promise an answer, and help a date", arguments: CaseKind.allCases)
  func kinds(kind: CaseKind) throws {
    let expected: Promise.Kind =
      switch kind {
      case .procedure, .assistance: .firstDate
      case .enquiry: .enquiryAnswer
      case .complaint: .complaintAnswer
      }
    let story = try received(kind)
    #expect(story.state.promises.first?.kind == expected)
    #expect(story.state.firstDate?.due == story.state.firstDue)
  }

  @Test("exactly at its date a promise is not broken, a microsecond later it is")
  func broken() throws {
    let date = try promise(.firstDate, received())
    let due = try #require(date.due)
    #expect(!date.isBroken(at: due))
    #expect(date.isBroken(at: Timestamp(microseconds: due.microseconds + 1)))
  }

  @Test(
    "what was settled in time stays kept, and what was settled late stays broken, whenever it is asked",
    arguments: [("2026-11-23T17:00", false), ("2026-11-23T17:01", true)])
  func settled(at: String, isBroken: Bool) throws {
    var story = try received()
    try story.given(.resolve(Resolve(apology: isBroken ? Self.late : nil)), at: at)
    let date = try promise(.firstDate, story)
    #expect(date.settled?.at == Fixture.time(at) && date.settled?.manner == .done)
    for now in ["2026-11-18T09:00", "2026-11-23T17:00", "2027-06-01T09:00"] {
      #expect(date.isBroken(at: Fixture.time(now)) == isBroken)
    }
  }

  @Test("an apology is owed once the date is past, and not at the date itself")
  func apology() throws {
    let owed = try promise(.apology, received())
    #expect(owed.since == Fixture.time("2026-11-23T17:00") && owed.due == nil && owed.isOpen)
    #expect(!owed.isOwed(at: Fixture.time("2026-11-23T17:00")))
    #expect(owed.isOwed(at: Fixture.time("2026-11-23T17:01")))
  }

  @Test("a new date is a promise of its own, and moves the apology; the first date stays what it was")
  func newDate() throws {
    var story = try received()
    let apologise = Apologise(Self.late, newDue: .day(Fixture.day("2026-11-27")))
    try story.given(.apologise(apologise), at: "2026-11-20T09:00")
    #expect(story.state.promises.map(\.kind) == [.firstDate, .newDate, .apology, .apology])
    let date = try promise(.newDate, story)
    #expect(date.madeBy == Version(2) && date.since == Fixture.time("2026-11-20T09:00") && date.isOpen)
    let apologies = story.state.promises.filter { $0.kind == .apology }
    #expect(apologies[0].settled?.by == Version(2) && apologies[0].since == Fixture.time("2026-11-23T17:00"))
    #expect(apologies[1].isOpen && apologies[1].since == date.due && apologies[1].madeBy == Version(2))
    #expect(try promise(.firstDate, story).isBroken(at: Fixture.time("2026-11-24T09:00")))
    // when it is resolved by the new date
    try story.given(.resolve(Resolve()), at: "2026-11-26T09:00")
    // then the first date is broken, the new one kept, and no apology is owed
    #expect(try promise(.firstDate, story).isBroken(at: Fixture.time("2026-11-30T09:00")))
    #expect(try !promise(.newDate, story).isBroken(at: Fixture.time("2026-11-30T09:00")))
    #expect(story.state.promises.filter { $0.kind == .apology && $0.isOpen }.isEmpty)
  }

  @Test("a result promises its hand-over, without a date, until it is handed over")
  func handOver() throws {
    var story = try received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    let open = try promise(.handOver, story)
    #expect(open.isOpen && open.since == Fixture.time("2026-11-20T09:00") && open.due == nil)
    #expect(open.isOwed(at: open.since) && !open.isBroken(at: Timestamp.bounds.upperBound))
    try story.given(.return(Return()), at: "2026-11-20T10:00")
    #expect(try promise(.handOver, story).settled?.by == Version(3))
    #expect(story.state.promises.allSatisfy { !$0.isOpen })
  }

  @Test("an answered enquiry and history from elsewhere are handed over to nobody")
  func noHandOver() throws {
    var story = try received(.enquiry)
    try story.given(.consult(Consult(question: "?", guidance: "!")), at: "2026-11-18T09:10")
    try story.given(.resolve(Resolve()), at: "2026-11-18T09:20")
    #expect(story.state.promises.map(\.kind) == [.enquiryAnswer] && story.state.promises[0].settled?.by == Version(3))
  }

  @Test("a withdrawal settles the dates, and says whether one had passed")
  func withdrawn() throws {
    for (at, isBroken) in [("2026-11-20T09:00", false), ("2026-11-25T09:00", true)] {
      var story = try received()
      try story.given(.withdraw(Withdraw(reason: "đổi ý")), at: at)
      let date = try promise(.firstDate, story)
      #expect(date.settled?.manner == .withdrawn && date.isBroken(at: Fixture.time("2026-12-01T09:00")) == isBroken)
      // The office was not late: the citizen left.
      #expect(!Standing(of: story.state, at: Fixture.time("2026-12-01T09:00")).isLate)
      #expect(story.state.promises.allSatisfy { !$0.isOpen })
    }
  }

  @Test("what was recorded by mistake settles nothing: the promise is open again")
  func voided() throws {
    var story = try received()
    let before = story.state.promises
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm hồ sơ")), at: "2026-11-20T09:10")
    #expect(story.state.promises == before)
  }

  @Test("promises of an erased case name nobody")
  func erased() throws {
    var story = try received()
    try story.given(.withdraw(Withdraw(reason: "đổi ý")), at: "2026-11-20T09:00")
    story.actor = Fixture.supervisor
    try story.given(.erase(Erase(basis: "Luật 91/2025/QH15")), at: "2026-11-20T10:00")
    #expect(story.state.promises.allSatisfy { $0.to == nil && !$0.isOpen })
  }
}
