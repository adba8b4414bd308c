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
