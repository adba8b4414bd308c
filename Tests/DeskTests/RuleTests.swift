import Desk
import EventSourcing
import Testing

@Suite("Receiving")
struct ReceiveTests {
  @Test("a request gets its code, its date and the version of the procedure in force that day")
  func received() throws {
    let facts = try #require(try Story.received().state.receipt?.facts)
    #expect(facts.code == "H56.26.07-261118-0001")
    #expect(facts.due == Fixture.time("2026-11-23T17:00"))
    #expect(facts.procedureEffective == Fixture.day("2016-01-01"))
  }

  @Test(
    "a procedure is found by a short name, with or without accents",
    arguments: ["cai-chinh-ho-tich", "cai chinh", "Cải chính", "cải-chính"])
  func aliases(name: String) throws {
    var story = Story()
    try story.given(.receive(Receive(.procedure, procedure: name, applicant: "A")), at: "2026-11-18T09:00")
    #expect(story.state.receipt?.facts.procedure == "cai-chinh")
  }

  @Test("an unknown procedure is refused with the known ones")
  func unknownProcedure() {
    var story = Story()
    let rejection = story.rejection(
      of: .receive(Receive(.procedure, procedure: "visa", applicant: "A")), at: "2026-11-18T09:00")
    #expect(rejection == .unknownProcedure("visa", known: ["cai-chinh", "khai-sinh", "khieu-nai"]))
  }

  @Test("a name is needed, except for an enquiry", arguments: [nil, "", " \t "])
  func nameMissing(name: String?) {
    var story = Story()
    #expect(
      story.rejection(of: .receive(Receive(.complaint, applicant: name)), at: "2026-11-18T09:00")
        == .fieldMissing("applicant"))
    #expect(story.rejection(of: .receive(Receive(.enquiry, applicant: name)), at: "2026-11-18T09:00") == nil)
  }

  @Test("a name of 10,000 characters is refused with its size and the limit")
  func nameTooLong() {
    var story = Story()
    let name = String(repeating: "a", count: 10_000)
    #expect(
      story.rejection(of: .receive(Receive(.enquiry, applicant: name)), at: "2026-11-18T09:00")
        == .textTooLong(field: "applicant", bytes: 10_000, limit: 300))
  }

  @Test(
    "controls and characters that turn the direction are refused by name",
    arguments: ["\u{1B}", "\u{202E}", "\u{2066}", "\u{0}", "\u{85}", "\u{FEFF}"])
  func controls(scalar: Unicode.Scalar) {
    var story = Story()
    let name = "Hoa\(scalar)Lan"
    #expect(
      story.rejection(of: .receive(Receive(.enquiry, applicant: name)), at: "2026-11-18T09:00")
        == .textNotAllowed(field: "applicant", scalar: scalar))
  }
}

@Suite("A broken date owes an apology")
struct ApologyTests {
  @Test("exactly at the due instant is on time, a moment later is late")
  func boundary() throws {
    let story = try Story.received()
    #expect(!story.standing(at: "2026-11-23T17:00").isLate)
    #expect(story.standing(at: "2026-11-23T17:00:01+07:00").isLate)
  }

  @Test("a late result is not resolved in silence, and the refusal says what is owed")
  func owed() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .resolve(Resolve()), at: "2026-11-26T10:00")
        == .apologyOwed(code: "H56.26.07-261118-0001", due: Fixture.time("2026-11-23T17:00"), days: 3))
    #expect(story.history.count == 1)
  }

  @Test("the apology may come in the same command: then both events are appended")
  func atomic() throws {
    var story = try Story.received()
    let bodies = try story.when(.resolve(Resolve(apology: Story.apology)), at: "2026-11-26T10:00")
    guard case .apologised(let apology)? = bodies.first, case .resolved? = bodies.last else {
      Issue.record("expected an apology and a result, got \(bodies)")
      return
    }
    #expect(bodies.count == 2 && apology.newDue == nil)
    #expect(story.standing(at: "2026-11-26T10:00").isLate)
    #expect(!story.standing(at: "2026-11-26T10:00").owesApology)
  }

  @Test("an apology for something else does not answer for the date")
  func otherCause() throws {
    var story = try Story.received()
    let apology = Apology(cause: "conduct", text: "Xin lỗi về thái độ.")
    let rejection = story.rejection(of: .resolve(Resolve(apology: apology)), at: "2026-11-26T10:00")
    guard case .apologyOwed = rejection else {
      Issue.record("expected apologyOwed, got \(String(describing: rejection))")
      return
    }
  }

  @Test("an apology with a new date keeps the lateness and settles the broken date")
  func reappointed() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(2))), at: "2026-11-25T08:00")
    #expect(story.state.due == Fixture.time("2026-11-27T17:00"))
    #expect(story.state.firstDue == Fixture.time("2026-11-23T17:00"))
    #expect(!story.standing(at: "2026-11-25T09:00").owesApology)
    try story.given(.resolve(Resolve()), at: "2026-11-27T16:00")
    #expect(story.standing(at: "2026-11-27T16:00").isLate)
    #expect(story.standing(at: "2026-11-27T16:00").secondDateKept == true)
  }

  @Test(
    "announced before the first date, the apology settles that date before it breaks; a second date kept is still late")
  func announced() throws {
    var story = try Story.received()
    try story.given(
      .apologise(Apologise(Story.apology, newDue: .day(Fixture.day("2026-11-26")))), at: "2026-11-20T08:00")
    #expect(!story.standing(at: "2026-11-25T08:00").owesApology)
    #expect(story.standing(at: "2026-11-25T08:00").isLate)
    #expect(story.rejection(of: .resolve(Resolve()), at: "2026-11-26T16:00") == nil)
  }

  @Test("a broken second date owes a second apology")
  func secondBroken() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00")
    #expect(story.standing(at: "2026-11-25T18:00").owesApology)
    guard case .apologyOwed = story.rejection(of: .resolve(Resolve()), at: "2026-11-26T09:00") else {
      Issue.record("resolved in silence")
      return
    }
    #expect(story.rejection(of: .resolve(Resolve(apology: Story.apology)), at: "2026-11-26T09:00") == nil)
    #expect(story.standing(at: "2026-11-26T09:00").secondDateKept == false)
  }

  @Test("a new date is named once")
  func once() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00")
    #expect(
      story.rejection(of: .apologise(Apologise(Story.apology, newDue: .workingDays(5))), at: "2026-11-25T08:00")
        == .alreadyReappointed(code: "H56.26.07-261118-0001", due: Fixture.time("2026-11-25T17:00")))
  }

  @Test("an unfinished case needs a new date with the apology, a finished one takes none")
  func newDateWhen() throws {
    var story = try Story.received()
    guard case .newDateMissing = story.rejection(of: .apologise(Apologise(Story.apology)), at: "2026-11-25T08:00")
    else {
      Issue.record("an apology without a new date was taken")
      return
    }
    try story.given(.resolve(Resolve()), at: "2026-11-23T16:00")
    guard
      case .newDateNotExpected = story.rejection(
        of: .apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-25T08:00")
    else {
      Issue.record("a finished case was re-appointed")
      return
    }
  }

  @Test(
    "a new date is a working day, and the refusal names the next one",
    arguments: [("2026-11-24", "2026-11-25"), ("2026-11-28", "2026-11-30")])
  func workingDay(date: String, next: String) throws {
    var story = try Story.received()
    guard
      case .notWorkingDay(let day, _, let proposed)? = story.rejection(
        of: .apologise(Apologise(Story.apology, newDue: .day(Fixture.day(date)))), at: "2026-11-23T08:00")
    else {
      Issue.record("a day off was taken")
      return
    }
    #expect(day == Fixture.day(date) && proposed == Fixture.day(next))
  }

  @Test("a new date is later than the old one and than now")
  func later() throws {
    var story = try Story.received()
    for date in ["2026-11-20", "2026-11-23"] {
      guard
        case .dateNotLater = story.rejection(
          of: .apologise(Apologise(Story.apology, newDue: .day(Fixture.day(date)))), at: "2026-11-19T08:00")
      else {
        Issue.record("\(date) was taken")
        return
      }
    }
  }

  @Test("a cause that the rules do not list is refused with those they do")
  func unknownCause() throws {
    var story = try Story.received()
    let apology = Apology(cause: "weather", text: "Mưa.")
    #expect(
      story.rejection(of: .apologise(Apologise(apology, newDue: .workingDays(9))), at: "2026-11-23T08:00")
        == .unknownCause("weather", known: ["late", "conduct"]))
  }

  @Test("a case keeps the rules it was received under, whatever is adopted since")
  func oldRules() throws {
    var story = try Story.received()
    var newer = Fixture.book
    newer.rules.reappointmentsMax = 0
    newer.rules.causes = []
    story.caseBook = story.book
    story.book = newer
    #expect(
      story.rejection(of: .apologise(Apologise(Story.apology, newDue: .workingDays(1))), at: "2026-11-23T08:00") == nil)
  }
}

@Suite("Resolving, handing over, withdrawing")
struct EndTests {
  @Test("an enquiry is not resolved without advice")
  func enquiry() throws {
    var story = Story()
    try story.given(.receive(Receive(.enquiry)), at: "2026-11-18T09:00")
    guard case .consultationMissing = story.rejection(of: .resolve(Resolve()), at: "2026-11-18T09:05") else {
      Issue.record("an enquiry was resolved without advice")
      return
    }
    try story.given(.consult(Consult(question: "Giấy tờ gì?", guidance: "Tờ khai.")), at: "2026-11-18T09:10")
    #expect(story.rejection(of: .resolve(Resolve()), at: "2026-11-18T09:11") == nil)
    #expect(story.state.isEnded)
    #expect(story.state.resolution?.facts.outcome == .answered)
  }

  @Test("an enquiry may be opened, answered and closed in one command")
  func enquiryAtOnce() throws {
    var story = Story()
    let bodies = try story.when(
      .enquire(Receive(.enquiry), Consult(question: "Mấy giờ mở cửa?", guidance: "7 giờ 30.")), at: "2026-11-18T09:00")
    #expect(bodies.count == 3)
    #expect(story.state.isEnded)
  }

  @Test("a refusal says why")
  func refusal() throws {
    var story = try Story.received()
    #expect(story.rejection(of: .resolve(Resolve(.refused)), at: "2026-11-20T09:00") == .fieldMissing("reason"))
    #expect(story.rejection(of: .resolve(Resolve(.refused, reason: "Thiếu căn cứ")), at: "2026-11-20T09:00") == nil)
  }

  @Test("there is one result")
  func onlyOnce() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    guard case .alreadyResolved = story.rejection(of: .resolve(Resolve()), at: "2026-11-20T09:01") else {
      Issue.record("resolved twice")
      return
    }
  }

  @Test("nothing is handed over before it is there")
  func notResolved() throws {
    var story = try Story.received()
    guard case .notResolved = story.rejection(of: .return(Return()), at: "2026-11-20T09:00") else {
      Issue.record("handed over nothing")
      return
    }
  }

  @Test("somebody else takes the result only by an authority that is named")
  func authority() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    #expect(
      story.rejection(of: .return(Return(to: "Trần Văn Nam")), at: "2026-11-20T10:00") == .fieldMissing("authority"))
    #expect(
      story.rejection(
        of: .return(Return(to: "Trần Văn Nam", authority: "Giấy ủy quyền 12/2026")), at: "2026-11-20T10:00") == nil)
    #expect(story.state.handover?.to == "Trần Văn Nam")
  }

  @Test("ready in time and collected weeks later is on time")
  func collectedLater() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-23T17:00")
    #expect(story.rejection(of: .return(Return()), at: "2026-12-28T09:00") == nil)
    #expect(!story.standing(at: "2026-12-28T09:00").isLate)
  }

  @Test("nothing is recorded after the end")
  func afterTheEnd() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-20T09:00")
    try story.given(.return(Return()), at: "2026-11-20T10:00")
    let actions: [CaseCommand.Action] = [
      .consult(Consult(question: "q", guidance: "g")), .progress(Progress(step: "s")), .return(Return()),
      .withdraw(Withdraw(reason: "r")), .apologise(Apologise(Story.apology)),
    ]
    for action in actions {
      let rejection = story.rejection(of: action, at: "2026-11-20T11:00")
      switch rejection {
      case .caseEnded, .alreadyResolved: break
      default: Issue.record("\(action) met \(String(describing: rejection))")
      }
    }
  }

  @Test("withdrawn after the date is counted apart and is not late")
  func withdrawnLate() throws {
    var story = try Story.received()
    try story.given(.withdraw(Withdraw(reason: "Không cần nữa")), at: "2026-11-26T09:00")
    #expect(story.state.isWithdrawnLate)
    #expect(!story.standing(at: "2026-11-27T09:00").isLate)
    #expect(story.state.status == .withdrawn)
  }

  @Test("a case at another version than expected is left alone")
  func expectedVersion() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", expected: .exactly(Version(7)))
        == .versionConflict(code: "H56.26.07-261118-0001", expected: Version(7), actual: Version(1)))
    #expect(
      story.rejection(of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", expected: .exactly(Version(1))) == nil
    )
  }
}

@Suite("What happened earlier than it is recorded")
struct BackdatingTests {
  @Test("nothing happens in the future")
  func future() throws {
    var story = try Story.received()
    #expect(
      story.rejection(
        of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", occurred: "2026-11-19T09:01", reason: "r")
        == .inFuture(Fixture.time("2026-11-19T09:01"), now: Fixture.time("2026-11-19T09:00")))
  }

  @Test("earlier needs a reason")
  func reason() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", occurred: "2026-11-19T08:00")
        == .backdatingNeedsReason(Fixture.time("2026-11-19T08:00")))
  }

  @Test("earlier is never before the receipt")
  func beforeReceipt() throws {
    var story = try Story.received()
    guard
      case .beforeReceipt = story.rejection(
        of: .progress(Progress(step: "s")), at: "2026-11-19T09:00", occurred: "2026-11-18T08:59", reason: "quên ghi")
    else {
      Issue.record("a step before the receipt was taken")
      return
    }
  }

  @Test("late never turns into on time")
  func crossing() throws {
    var story = try Story.received()
    #expect(
      story.rejection(of: .resolve(Resolve()), at: "2026-11-25T09:00", occurred: "2026-11-23T16:00", reason: "quên ghi")
        == .backdatingAcrossDue(Fixture.time("2026-11-23T16:00"), due: Fixture.time("2026-11-23T17:00")))
    #expect(
      story.rejection(of: .resolve(Resolve()), at: "2026-11-23T16:59", occurred: "2026-11-20T16:00", reason: "quên ghi")
        == nil)
  }
}

@Suite("Correcting")
struct CorrectTests {
  @Test("a correction changes the facts and leaves the due date and the history alone")
  func facts() throws {
    var story = try Story.received()
    try story.given(
      .correct(Correct(changes: .init(applicant: "Nguyễn Thị Hòa"), reason: "ghi sai dấu")), at: "2026-11-19T09:00")
    #expect(story.state.receipt?.facts.applicant == "Nguyễn Thị Hòa")
    #expect(story.state.due == Fixture.time("2026-11-23T17:00"))
    guard case .received(let original)? = story.history.first?.body else { return }
    #expect(original.applicant == "Nguyễn Thị Hoa")
  }

  @Test("an event recorded today on the wrong case is voided, tomorrow it is not")
  func voids() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-19T09:00")
    var tomorrow = story
    #expect(
      tomorrow.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-20T09:00")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .notToday))
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm hồ sơ")), at: "2026-11-19T10:00")
    #expect(story.state.isOpen)
    #expect(
      story.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-19T10:01")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .alreadyVoided))
  }

  @Test("a voided apology owes again, and its new date is gone")
  func voidedApology() throws {
    var story = try Story.received()
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(2))), at: "2026-11-25T08:00")
    try story.given(.correct(Correct(voids: Version(2), reason: "nhầm hồ sơ")), at: "2026-11-25T08:05")
    #expect(story.state.due == Fixture.time("2026-11-23T17:00"))
    #expect(story.standing(at: "2026-11-25T08:06").owesApology)
  }

  @Test("what a later event builds on is not voided before it")
  func laterStands() throws {
    var story = try Story.received()
    try story.given(.resolve(Resolve()), at: "2026-11-19T09:00")
    try story.given(.return(Return()), at: "2026-11-19T09:30")
    #expect(
      story.rejection(of: .correct(Correct(voids: Version(2), reason: "nhầm")), at: "2026-11-19T10:00")
        == .notVoidable(code: "H56.26.07-261118-0001", version: Version(2), .laterEventStands))
    #expect(story.rejection(of: .correct(Correct(voids: Version(3), reason: "nhầm")), at: "2026-11-19T10:00") == nil)
    #expect(story.state.status == .ready)
  }

  @Test("the receipt, a correction and an event that is not there cannot be voided", arguments: [UInt32(1), 2, 9, 0])
  func notVoidable(version: UInt32) throws {
    var story = try Story.received()
    try story.given(.correct(Correct(changes: .init(phone: "0912"), reason: "thiếu số")), at: "2026-11-19T09:00")
    guard
      case .notVoidable = story.rejection(
        of: .correct(Correct(voids: Version(version), reason: "nhầm")), at: "2026-11-19T10:00")
    else {
      Issue.record("version \(version) was voided")
      return
    }
  }

  @Test("a correction that changes nothing is refused")
  func nothing() throws {
    var story = try Story.received()
    guard case .nothingToCorrect = story.rejection(of: .correct(Correct(reason: "r")), at: "2026-11-19T10:00") else {
      Issue.record("an empty correction was taken")
      return
    }
  }
}

@Suite("Words and codes")
struct WordTests {
  @Test(
    "Vietnamese folds to what people type",
    arguments: [
      ("Nguyễn Thị Hoa", "nguyen thi hoa"), ("ĐẶNG Đình Đức", "dang dinh duc"), ("Ưu Ơi Ỷ", "uu oi y"),
      ("Nguye\u{302}\u{303}n", "nguyen"), ("Hòa", "hoa"), ("Hoà", "hoa"), ("Straße", "strase"), ("Кот", "кот"),
    ])
  func folding(text: String, folded: String) { #expect(text.folded == folded) }

  @Test("the words of a code can be searched by")
  func words() {
    #expect("H56.26.07-261118-0001 Nguyễn, nguyễn".foldedWords == ["h56", "26", "07", "261118", "0001", "nguyen"])
  }

  @Test(
    "a code is completed from what people type",
    arguments: [
      ("975", "P-261118-0975"), ("0975", "P-261118-0975"), ("261008-975", "P-261008-0975"), ("12345", "P-261118-12345"),
      ("case-10011", "case-10011"), ("P-261008-0975", "P-261008-0975"),
    ])
  func completed(typed: String, code: String) {
    #expect(CaseCode.completed(typed, prefix: "P", today: Fixture.day("2026-11-18")) == code)
  }

  @Test("a serial has four digits, and a fifth when the day needs it")
  func serials() {
    let day = Fixture.day("2026-10-08")
    #expect(CaseCode.code(prefix: "H15.50.05.13", day: day, serial: 975) == "H15.50.05.13-261008-0975")
    #expect(CaseCode.code(prefix: "P", day: day, serial: 10_000) == "P-261008-10000")
  }

  @Test(
    "dates are read in every form that a command may have",
    arguments: [
      ("+2", "2026-11-20T17:00"), ("2026-11-26", "2026-11-26T17:00"), ("2026-11-26T16:00", "2026-11-26T16:00"),
      ("2026-11-26T09:00:00Z", "2026-11-26T16:00"),
    ])
  func dates(text: String, instant: String) throws {
    let date = try #require(DateExpression(text: text))
    let book = Fixture.book
    #expect(
      date.instant(now: Fixture.time("2026-11-18T09:00"), office: book.office, calendar: book.calendar)
        == Fixture.time(instant))
  }

  @Test(
    "what is no date is not read",
    arguments: ["", "tomorrow", "+0", "+", "26/11/2026", "2026-11-31", "2026-11-26T9:00"])
  func noDates(text: String) { #expect(DateExpression(text: text) == nil) }
}

@Suite("Imported history")
struct ImportTests {
  @Test("contradictory times are kept, the end closes the case, and later steps are still recorded")
  func contradictory() throws {
    var story = Story()
    let steps = ["2011-10-01T09:00", "2011-10-12T09:00", "2011-11-24T09:00"].map {
      ImportHistory.Step(Progressed(step: "T02"), at: Fixture.time($0))
    }
    let history = ImportHistory(
      code: "case-1", channel: .other, subject: nil, applicant: nil, responsible: "Resource21",
      receivedAt: Fixture.time("2011-10-11T09:00"), due: Fixture.time("2011-11-01T00:00"),
      endedAt: Fixture.time("2011-11-20T09:00"), steps: steps)
    let bodies = try story.when(.importHistory(history), at: "2026-11-18T09:00")
    #expect(bodies.count == 5)
    #expect(story.state.isEnded)
    #expect(story.state.isResolvedLate)
    #expect(!story.standing(at: "2026-11-18T09:00").owesApology)
    #expect(story.history.map(\.circumstances.isImported).allSatisfy { $0 })
    #expect(story.history.last?.circumstances.occurredAt == Fixture.time("2011-11-24T09:00"))
  }
}

@Suite("Folding")
struct FoldTests {
  @Test("evolve is total: events in any order fold")
  func total() throws {
    var story = try Story.received()
    try story.given(.consult(Consult(question: "q", guidance: "g")), at: "2026-11-18T10:00")
    try story.given(.apologise(Apologise(Story.apology, newDue: .workingDays(2))), at: "2026-11-25T08:00")
    try story.given(.resolve(Resolve()), at: "2026-11-26T08:00")
    try story.given(.return(Return()), at: "2026-11-26T09:00")
    try story.given(.correct(Correct(voids: Version(5), reason: "nhầm")), at: "2026-11-26T10:00")
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let shuffled = story.history.shuffled(using: &generator)
      let state = CaseDecider.fold(shuffled)
      #expect(state.version == Version(UInt32(shuffled.count)))
      _ = Standing(of: state, at: Fixture.time("2026-11-27T09:00"))
    }
  }
}
