import Desk
import TestSupport
import Testing

@testable import DeskRecords

/// The office's stream has no key, so that nothing in it can be forgotten: nothing in it may name a citizen.
@Suite("The fields of the office's events")
struct OfficeFieldsTests {
  /// Each field with why it names no citizen.
  private static let reasons: [EventKind: [String: String]] = [
    .rulesAdopted: ["text": "the rules, in which each place is listed below"],
    .restored: [
      "known_size": "a count of events", "known_root": "a hash over the whole ledger", "size": "a count of events",
      "witness": "the origin of a key that signs, or a word of ours", "unknown_end": "yes or no",
      "floor_first": "a day", "floor_last": "a day", "serial_floor": "a serial of codes",
      "erasures": "a count of cases",
    ],
    .clockAccepted: ["shown": "an instant", "expected": "an instant"],
  ]

  /// Each place in the rules' text in which something stands, by its path, with why it names no citizen. A new one under any
  /// object has none, whatever it is called there.
  private static let rules: [String: String] = [
    "office.codePrefix": "the office's own, the same in every code",
    "office.utcOffset": "the office's time zone",
    "office.opens": "office hours",
    "office.closes": "office hours",
    "calendar.workingWeekdays": "days of the week",
    "calendar.publishedYears": "years",
    "calendar.daysOff.day": "a holiday",
    "calendar.makeUpDays.day": "a working day",
    "calendar.yearly.day": "a holiday",
    "calendar.yearly.month": "a holiday",
    "procedures.id": "the short name of a procedure",
    "procedures.aliases": "other short names of it",
    "procedures.nationalID": "a number of the national catalogue",
    "procedures.term": "how long it may take",
    "procedures.papers": "kinds of papers that it asks for, of anybody",
    "procedures.source": "a law",
    "procedures.effective": "a day from which it is in force",
    "procedures.isConfirmed": "yes or no",
    "rules.version": "a version of the rules",
    "rules.effective": "a day from which they are in force",
    "rules.sameDayCutoff": "a time of day",
    "rules.reappointmentsMax": "a bound",
    "rules.backdatingDaysMax": "a bound",
    "rules.causes.id": "the short name of a cause of apologies",
    "rules.causes.answersForDate": "yes or no",
    "rules.holds.kinds": "kinds of cases",
    "rules.holds.procedures": "short names of procedures",
    "rules.holds.cases": "codes, which are days and serials and name no one",
    "rules.holds.source": "a law, or what it was decided by",
    "rules.enquiryTerm": "how long it may take",
    "rules.complaintTerm": "how long it may take",
    "rules.assistanceTerm": "how long it may take",
    "rules.sources.term": "a law",
    "rules.sources.sameDay": "a law",
    "rules.sources.apology": "a law",
    "rules.sources.kinds": "a law",
    "rules.measures.notices": "yes or no",
  ]

  /// The same of texts, which are said in both languages. The office writes all of them in its configuration, for everybody.
  private static let texts: [String: String] = [
    "office.name": "what the office is called",
    "office.place": "where the office is",
    "calendar.daysOff.name": "what a holiday is called",
    "calendar.makeUpDays.name": "why it is worked on that day",
    "calendar.yearly.name": "what a holiday is called",
    "procedures.name": "what a procedure is called",
    "procedures.fee": "what it costs, anybody",
    "rules.causes.name": "what a cause of apologies is called",
    "rules.holds.reason": "why cases are held, in the words of the office's configuration, which is public",
  ]

  /// Each field of the envelope, with why what it says of an event of the office names no citizen.
  private static let envelope: [String: String] = [
    "schema": "a number of ours", "stream": "0", "version": "a count of events", "recorded_at": "an instant",
    "occurred_before": "a span of time", "offset_minutes": "the office's time zone",
    "uid": "the account of an official, or of the daemon", "account": "the name of that account",
    "role": "what that account may do", "on_behalf_of": "the account of an official, which the configuration knows",
    "command_id": "made up, or a hash of what an official told the machine",
    "command_digest": "a hash of a command of the office",
    "stream_digest": "the same", "rules": "a position in the ledger", "imported": "no",
    "key_slot": "0: the office has no key",
    "sealed": "empty: there is nothing to seal", "stream_kind": "a word of ours",
    "key_commitment": "empty: the office has no key", "register": "empty: nothing of the office is imported",
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

  @Test("so has each place in the rules' text, whether it is written or left out because it says nothing")
  func ofRules() throws {
    let texts = Self.texts.keys.flatMap { [$0 + ".vi", $0 + ".en"] }
    #expect(MemberList.paths(of: RuleBook.self) == Set(Self.rules.keys).union(texts))
  }

  @Test(
    "so has each field of the envelope; of an event of the office the fields for a key are empty, and nothing is promised"
  )
  func ofEnvelope() throws {
    var (list, envelope) = (FieldList(), Envelope())
    // Of the last field only an imported event knows.
    envelope.isImported = true
    try envelope.fields(&list)
    try envelope.lastField(&list)
    #expect(Set(list.fields.map { "\($0.name)" }) == Set(Self.envelope.keys))
    for kind in Samples.kindsOfOffice {
      let record = try PlainSeal.encode(Samples.full(kind))
      let seal = try RecordCoding.seal(of: record)
      #expect(seal.slot == nil && seal.keyCommitment == nil, "\(kind)")
      let event = try PlainSeal.decode(record)
      #expect(event.stream == 0 && event.circumstances.lateEntryReason == nil && !event.isClosed)
      #expect(!event.circumstances.isImported && event.circumstances.register == nil)
      if case .desk(let event) = event.body { #expect(event.promises.isEmpty) }
    }
  }
}
