import Desk
import Testing

@testable import DeskRecords

/// The office's stream has no key, so that nothing in it can be forgotten: nothing in it may name a citizen.
@Suite("The fields of the office's events")
struct OfficeFieldsTests {
  /// Each field with why it names no citizen.
  private static let reasons: [EventKind: [String: String]] = [
    .rulesAdopted: ["text": "the rules, whose own keys are listed below"],
    .restored: [
      "known_size": "a count of events", "known_root": "a hash over the whole ledger", "size": "a count of events",
      "witness": "the origin of a key that signs, or a word of ours", "unknown_end": "yes or no",
      "floor_first": "a day", "floor_last": "a day", "serial_floor": "a serial of codes",
      "erasures": "a count of cases",
    ],
    .clockAccepted: ["shown": "an instant", "expected": "an instant"],
  ]

  /// Each key of the rules' text, whatever it stands under.
  private static let keysOfRules: [String: String] = [
    "office": "the office", "calendar": "the calendar", "procedures": "the procedures", "rules": "the rules",
    "vi": "a text of the office's configuration", "en": "the same in English", "name": "what a thing is called",
    "place": "where the office is", "codePrefix": "the office's own", "utcOffset": "the office's time zone",
    "opens": "office hours", "closes": "office hours", "workingWeekdays": "days of the week",
    "publishedYears": "years", "daysOff": "holidays", "makeUpDays": "working days", "yearly": "holidays",
    "day": "a day", "month": "a month", "id": "a short name of a procedure or a cause", "aliases": "the same",
    "nationalID": "a number of the national catalogue", "term": "how long something may take, or the law that says so",
    "papers": "kinds of papers", "fee": "what it costs", "source": "a law", "effective": "a day",
    "isConfirmed": "yes or no", "version": "a version of rules", "sameDayCutoff": "a time of day",
    "reappointmentsMax": "a bound", "backdatingDaysMax": "a bound", "causes": "causes of apologies",
    "answersForDate": "yes or no", "holds": "classes of cases that may not be erased",
    "enquiryTerm": "a term", "complaintTerm": "a term", "assistanceTerm": "a term", "sources": "laws",
    "sameDay": "a law", "apology": "a law", "kinds": "kinds of cases, or a law", "cases": "codes, which name no one",
    "measures": "what the office has turned on", "notices": "yes or no",
    "reason": "why cases are held, in the words of the office's configuration, which is public",
  ]

  @Test(
    "each has its reason why it names no citizen; one that nobody thought of fails here",
    arguments: Samples.kindsOfOffice)
  func listed(kind: EventKind) throws {
    var (body, sealed) = (FieldList(), FieldList())
    _ = try Samples.full(kind).body.write(&body, personal: &sealed, keyCommitment: [])
    #expect(Set(body.fields.map { "\($0.name)" }) == Set(try #require(Self.reasons[kind], "\(kind)").keys))
    #expect(sealed.fields.isEmpty)
  }

  @Test("so has each key of the rules' text, whether it is written or left out because it says nothing")
  func rules() throws {
    #expect(MemberList.names(of: RuleBook.self) == Set(Self.keysOfRules.keys))
  }
}
