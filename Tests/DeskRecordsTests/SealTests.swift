import Desk
import DeskRecords
import EventSourcing
import TestSupport
import Testing

@Suite("What a record says of its seal")
struct SealTests {
  @Test("a receipt names its slot and what its key is committed to; other events name their slot only")
  func commitment() throws {
    let received = try PlainSeal.encode(Samples.full(.received))
    #expect(try RecordCoding.seal(of: received).slot == 258)
    #expect(try RecordCoding.seal(of: received).keyCommitment == Samples.commitment)
    let consulted = try PlainSeal.encode(Samples.full(.consulted))
    #expect(try RecordCoding.seal(of: consulted).slot == 258)
    #expect(try RecordCoding.seal(of: consulted).keyCommitment == nil)
  }

  @Test(
    "a stream that begins otherwise than with a receipt says what it is about, and by which key, in a form that older releases do not take for damaged",
    arguments: EventKind.allCases)
  func beginning(kind: EventKind) throws {
    var event = Samples.full(kind)
    event.version = Version(1)
    let record = try PlainSeal.encode(event)
    let saysOfItself = kind == .received || event.body.streamKind == .office
    // given a kind that says it by itself, then the bytes are those of before
    #expect((record[1] < 3) == saysOfItself)
    let seal = try RecordCoding.seal(of: record)
    #expect(seal.keyCommitment == (event.body.streamKind == .office ? nil : Samples.commitment))
    #expect(try PlainSeal.decode(record) == event)
    // given the next event of the stream, then it says nothing of it
    event.version = Version(2)
    #expect(try kind == .received || RecordCoding.seal(of: PlainSeal.encode(event)).keyCommitment == nil)
  }

  @Test("a receipt that is not the first event of its case says nothing of the key")
  func laterReceipt() throws {
    var event = Samples.full(.received)
    event.version = Version(2)
    let record = try RecordCoding.encode(event, slot: 258, keyCommitment: []) { plain, _ in plain }
    let seal = try RecordCoding.seal(of: record)
    #expect(seal.slot == 258 && seal.keyCommitment == nil)
  }

  @Test("a promise that no fact says stands in the envelope, its name under the seal, in a form of its own")
  func promises() throws {
    var event = Samples.full(.resolved)
    guard case .desk(var told) = event.body else { return }
    told.promises = [
      Promised(.notice, due: Samples.due, to: Samples.secret("to")), Promised(.notice, due: nil, to: nil),
    ]
    event.body = .desk(told)
    let record = try PlainSeal.encode(event)
    #expect(record[1] == 3 && !contains(record, Array("BÍ MẬT".utf8)))
    #expect(try PlainSeal.decode(record) == event)
    // when the key is gone, then the promise is still told, and not to whom
    let closed = try RecordCoding.current.decode(record) { _, _ in nil }
    guard case .desk(let read) = closed.body else { return }
    #expect(read.promises == told.promises.map { Promised($0.kind, due: $0.due, to: nil) })
    // when the event is voided or the case erased, then so is it
    let received = Samples.full(.received)
    #expect(fold([received, event]).promised.count == 2)
    #expect(fold([received, event, Samples.full(.erased)]).promised.allSatisfy { $0.promised.to == nil })
    #expect(fold([received, event, Samples.full(.corrected)]).promised.isEmpty)
  }

  @Test("an event in a stream of another kind is refused")
  func wrongStream() throws {
    var event = Samples.full(.progressed)
    event.version = Version(1)
    // Field 18 once more: the last one counts, and says that the stream is the office's.
    let record = try PlainSeal.encode(event) + [0x90, 0x01, 0x01]
    #expect(throws: RecordError.self) { try PlainSeal.decode(record) }
  }

  @Test("an event that tells nothing of a person names no slot")
  func nothingSealed() throws {
    #expect(try RecordCoding.seal(of: PlainSeal.encode(Samples.bare(.returned(.init())))).slot == nil)
  }

  @Test("bytes that are no record are refused")
  func malformed() {
    #expect(throws: RecordError.self) { try RecordCoding.seal(of: [0xFF]) }
  }

  @Test("without its key, an event is read with its personal parts empty", arguments: Samples.kindsOfCase)
  func closed(kind: EventKind) throws {
    let event = Samples.full(kind)
    let read = try RecordCoding.current.decode(PlainSeal.encode(event)) { _, _ in nil }
    #expect(read.circumstances.lateEntryReason == nil)
    #expect(read.circumstances.actor == event.circumstances.actor)
    #expect(read.stream == event.stream && read.version == event.version)
    #expect(!"\(read)".contains("BÍ MẬT"))
  }

  @Test(
    "erasing leaves of every kind what is read without its key, and not a word more", arguments: Samples.kindsOfCase)
  func forgotten(kind: EventKind) throws {
    // Of all that is read without the key only its effect on the state may be left.
    let erased = Samples.full(.erased)
    let history = kind == .received ? [Samples.full(kind)] : [Samples.full(.received), Samples.full(kind)]
    let state = fold(history + [erased])
    let closed = try history.map { try RecordCoding.current.decode(PlainSeal.encode($0)) { _, _ in nil } }
    #expect(state == fold(closed + [erased]))
    #expect(!"\(state)".contains("BÍ MẬT"))
  }

  private func fold(_ history: [StoredEvent]) -> CaseState {
    CaseDecider.fold(history.compactMap { if case .desk(let event) = $0.body { event } else { nil } })
  }
}
