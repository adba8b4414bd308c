import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("Receiving")
struct ReceiveTests {
  @Test("a request gets its code, its date and the version of the procedure in force that day")
  func received() throws {
    let facts = try #require(try Story.received().state.reception?.facts)
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
    #expect(story.state.reception?.facts.procedure == "cai-chinh")
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
    arguments: [
      "\u{1B}", "\u{202E}", "\u{2066}", "\u{0}", "\u{85}", "\u{FEFF}", "\u{200B}", "\u{2060}", "\u{E0041}",
      "\u{AD}", "\u{34F}", "\u{115F}", "\u{1160}", "\u{17B4}", "\u{17B5}", "\u{3164}", "\u{FFA0}", "\u{FE00}",
      "\u{FE0F}",
      "\u{E0100}", "\u{E01EF}",
    ])
  func controls(scalar: Unicode.Scalar) {
    var story = Story()
    let name = "Hoa\(scalar)Lan"
    #expect(
      story.rejection(of: .receive(Receive(.enquiry, applicant: name)), at: "2026-11-18T09:00")
        == .textNotAllowed(field: "applicant", scalar: scalar))
  }

  @Test("a name of nothing that can be read is no name", arguments: ["—", "...", "\u{301}"])
  func unreadableName(name: String) {
    var story = Story()
    #expect(
      story.rejection(of: .receive(Receive(.complaint, applicant: name)), at: "2026-11-18T09:00")
        == .fieldMissing("applicant"))
  }

  @Test("a complaint about a procedure has the time of complaints, help with one has the procedure's")
  func termByKind() throws {
    var complaint = Story()
    let about = Receive(.complaint, procedure: "khai-sinh", applicant: "Hoa")
    try complaint.given(.receive(about), at: "2026-11-18T09:00")
    #expect(complaint.state.reception?.facts.term == .days(30))
    var assistance = Story()
    try assistance.given(
      .receive(Receive(.assistance, procedure: "cai-chinh", applicant: "Hoa")), at: "2026-11-18T09:00")
    #expect(assistance.state.reception?.facts.term == .workingDays(3))
  }
}
