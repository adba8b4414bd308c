import Desk
import DeskRecords
import TestSupport
import Testing

@Suite("What a record says of its seal")
struct SealTests {
  @Test("a receipt names its slot and what its key is committed to; other events name their slot only")
  func commitment() throws {
    let received = try PlainSeal.encode(Samples.full(Samples.fullBodies[0].body))
    #expect(try RecordCoding.seal(of: received).slot == 258)
    #expect(try RecordCoding.seal(of: received).keyCommitment == Samples.commitment)
    let consulted = try PlainSeal.encode(Samples.full(Samples.fullBodies[1].body))
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

  @Test("without its key, an event is read with its personal parts empty", arguments: Samples.fullBodies.indices)
  func closed(index: Int) throws {
    let event = Samples.full(Samples.fullBodies[index].body)
    let read = try RecordCoding.current.decode(PlainSeal.encode(event)) { _, _ in nil }
    #expect(read.circumstances.lateEntryReason == nil)
    #expect(read.circumstances.actor == event.circumstances.actor)
    #expect(read.stream == event.stream && read.version == event.version)
    #expect(!"\(read)".contains("BÍ MẬT"))
  }
}
