import Desk
import DeskRecords
import EventSourcing
import Foundation
import TestSupport
import Testing

@Suite("The stored form of events")
struct RecordTests {
  @Test("an event with all its fields comes back as it was", arguments: EventKind.allCases)
  func full(kind: EventKind) throws {
    let event = Samples.full(kind)
    #expect(event.kind == kind)
    #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
  }

  @Test("an event with no field that may be missing comes back as it was", arguments: EventKind.allCases)
  func bare(kind: EventKind) throws {
    let event = Samples.bare(kind)
    #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
  }

  @Test("every kind, channel, outcome and term comes back")
  func vocabulary() throws {
    for kind in CaseKind.allCases {
      for channel in Channel.allCases {
        for term in [Term.atOnce, .workingDays(1), .workingDays(999), .days(1), .days(30), .imported] {
          let received = Received(code: "1", kind: kind, channel: channel, term: term, due: Samples.due)
          let event = Samples.bare(.received(received))
          #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
        }
      }
    }
    for outcome in Outcome.allCases {
      let event = Samples.bare(.resolved(Resolved(outcome: outcome)))
      #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
    }
  }

  @Test(
    "an instant before 1970, and one at the end of what is recorded, come back",
    arguments: [Timestamp.bounds.lowerBound, Timestamp.bounds.upperBound, Timestamp(microseconds: -1)])
  func instants(time: Timestamp) throws {
    let circumstances = CaseEvent.Circumstances(
      recordedAt: Samples.recordedAt, occurredAt: time, offset: Samples.offset, actor: Actor(uid: 1, account: "a"),
      rules: .start)
    let received = Received(code: "1", kind: .enquiry, term: .imported, due: time)
    let event = Samples.event(.desk(CaseEvent(.received(received), circumstances)))
    #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
  }

  @Test("who did it, in which role and on whose behalf comes back, for every role and for none")
  func actors() throws {
    for role in Role.allCases.map(Optional.some) + [nil] {
      for other in [nil, "hoa"] {
        var event = Samples.bare(.consulted(Consulted(question: "q", guidance: "g")))
        guard case .desk(var told) = event.body else { return }
        told.circumstances.actor = Actor(uid: 1, account: "lan", role: role, onBehalfOf: other)
        event.body = .desk(told)
        #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
      }
    }
  }

  @Test("a role that only a later release knows is told as it came, and gives no power")
  func unknownRole() throws {
    // Field 9 once more: the last one counts.
    let record = try PlainSeal.encode(Samples.adopted) + [0x4A, 5] + Array("kiosk".utf8)
    let event = try PlainSeal.decode(record)
    let actor = event.circumstances.actor
    #expect(actor.role == nil && actor.roleWord == "kiosk" && !actor.holds(.reader))
    #expect(try PlainSeal.decode(PlainSeal.encode(event)) == event)
  }

  @Test("what may identify a person is nowhere in the clear", arguments: Samples.kindsOfCase)
  func sealed(kind: EventKind) throws {
    let record = try PlainSeal.encode(Samples.full(kind))
    let secret = Array("BÍ MẬT".utf8)
    #expect(!contains(record, secret))
    // The test can fail: turned over, the same bytes are there.
    #expect(contains(record, secret.map { ~$0 }))
  }

  @Test("every secret of a sample is sealed, one by one, so that none was forgotten")
  func allSealed() throws {
    let record = try PlainSeal.encode(Samples.full(.received))
    for what in [
      "applicant", "phone", "place", "subject", "paper 1", "paper 2", "handed in by", "authority", "help", "urgent",
      "late entry",
    ] {
      #expect(contains(record, Samples.secret(what).utf8.map { ~$0 }), "\(what)")
    }
  }

  @Test("whatever somebody writes in his own words is sealed, in every kind of event", arguments: Samples.kindsOfCase)
  func ownWords(kind: EventKind) throws {
    let words = "Nguyễn Thị Hoa đã nói"
    var made = MadeUp(seed: 1, words: words)
    let record = try PlainSeal.encode(made.event(kind))
    #expect(!contains(record, Array(words.utf8)))
    // Nor has the event lost them: turned over, the same bytes are there.
    #expect(contains(record, words.utf8.map { ~$0 }))
  }

  @Test("an event that tells nothing of a person seals nothing")
  func nothingToSeal() throws {
    var sealedParts = 0
    let event = Samples.bare(.resolved(Resolved(outcome: .granted)))
    _ = try RecordCoding.encode(event, slot: 5, keyCommitment: []) { plain, _ in
      sealedParts += 1
      return plain
    }
    #expect(sealedParts == 0)
  }

  @Test("what is sealed is bound to its slot and to the kind of its event, each kind to its own")
  func bound() throws {
    var bindings: Set<[UInt8]> = []
    for kind in Samples.kindsOfCase {
      _ = try RecordCoding.encode(Samples.full(kind), slot: 258, keyCommitment: []) { plain, part in
        #expect(part.slot == 258 && part.additionalData.prefix(8) == [0, 0, 0, 0, 0, 0, 1, 2])
        bindings.insert(part.additionalData)
        return plain
      }
    }
    #expect(bindings.count == Samples.kindsOfCase.count)
  }

  @Test("a record of a newer schema is refused with its number")
  func newer() throws {
    var record = try PlainSeal.encode(Samples.adopted)
    #expect(Array(record.prefix(2)) == [0x08, 0x01])
    record[1] = UInt8(RecordCoding.schema + 1)
    #expect(throws: RecordError.newerSchema(RecordCoding.schema + 1)) { try PlainSeal.decode(record) }
    #expect(RecordError.newerSchema(RecordCoding.schema + 1).description.contains("schema \(RecordCoding.schema + 1)"))
  }

  @Test(
    "a record of a newer schema is refused with its number, whatever else in it is new",
    arguments: [
      ("a kind of stream", [0x90, 0x01, 0x09]), ("a promise", [0xA2, 0x06, 0x02, 0x08, 0x09]),
      ("a kind of event", [0x9A, 0x06, 0x00]), ("a body of a known kind", [0xE2, 0x01, 0x03, 0x0A, 0x01, 0xFF]),
    ] as [(String, [UInt8])])
  func newerWhole(what: String, field: [UInt8]) throws {
    var record = try PlainSeal.encode(Samples.adopted)
    record[1] = UInt8(RecordCoding.schema + 1)
    #expect(throws: RecordError.newerSchema(RecordCoding.schema + 1)) { try PlainSeal.decode(record + field) }
    #expect(throws: RecordError.newerSchema(RecordCoding.schema + 1)) { try RecordCoding.seal(of: record + field) }
    // given a schema that this release knows, then a word that it does not know is damage, and nobody is sent elsewhere
    record[1] = UInt8(RecordCoding.schema)
    if what == "a kind of stream" || what == "a promise" {
      #expect { try PlainSeal.decode(record + field) } throws: { error in
        if case .malformed? = error as? RecordError { true } else { false }
      }
    }
  }

  @Test("rules with a measure on are of the schema that measures came with, and others of the first")
  func measures() throws {
    var book = Samples.book
    for isOn in [false, true] {
      book.rules.measures.notices = isOn
      var event = Samples.adopted
      event.body = .office(.rulesAdopted(book), event.circumstances)
      let record = try PlainSeal.encode(event)
      #expect(Array(record.prefix(2)) == [0x08, isOn ? 0x03 : 0x01])
      #expect(try PlainSeal.decode(record) == event)
    }
  }

  @Test("rules without a bound of back-dating are told as before there was one, and with it they come back")
  func backdating() throws {
    #expect(!CanonicalText.encode(Samples.book).contains("backdating"))
    var book = Samples.book
    book.rules.backdatingDaysMax = 3
    let text = CanonicalText.encode(book)
    #expect(text.contains("\"backdatingDaysMax\":3"))
    #expect(try CanonicalText.decode(text) == book)
  }

  @Test("canonical text of rules is the same after it was read and written again")
  func canonical() throws {
    let text = CanonicalText.encode(Samples.book)
    let book = try CanonicalText.decode(text)
    #expect(book == Samples.book)
    #expect(CanonicalText.encode(book) == text)
    #expect(throws: RecordError.self) { try CanonicalText.decode("{}") }
  }
}

func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  guard bytes.count >= part.count else { return false }
  return (0...bytes.count - part.count).contains { bytes[$0...].starts(with: part) }
}
