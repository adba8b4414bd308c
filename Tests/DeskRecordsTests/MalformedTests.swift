import Desk
import DeskRecords
import EventSourcing
import TestSupport
import Testing

@Suite("Records that are damaged")
struct MalformedTests {
  private static let events = EventKind.allCases.map { Samples.full($0) }

  /// Reads the bytes; when an event comes out of them, it folds, because what is recorded has happened.
  private func read(_ bytes: [UInt8]) -> StoredEvent? {
    guard
      let event = try? RecordCoding.current.decode(
        bytes, open: { sealed, _ in Array(sealed.dropFirst(12).map { ~$0 }) })
    else { return nil }
    if case .desk(let body) = event.body {
      let state = CaseDecider.fold([body])
      _ = Standing(of: state, at: Samples.recordedAt)
    }
    return event
  }

  @Test(
    "a record that ends too early is an error or another event, never a crash and never the same event",
    arguments: events.indices)
  func truncated(index: Int) throws {
    let record = try PlainSeal.encode(Self.events[index])
    for count in 0..<record.count { #expect(read(Array(record.prefix(count))) != Self.events[index], "\(count) bytes") }
  }

  @Test("any byte changed is an error or another event, never a crash", arguments: events.indices)
  func changed(index: Int) throws {
    let record = try PlainSeal.encode(Self.events[index])
    for place in record.indices {
      for bit in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = record
        changed[place] ^= bit
        _ = read(changed)
      }
    }
  }

  @Test("bytes of no meaning are an error, never a crash", arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) {
    var generator = Dice(seed: seed)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      _ = read(bytes)
    }
  }

  @Test("an event of the office with a seal is refused, because the office has no key and seals nothing")
  func sealedOffice() throws {
    for event in Samples.kindsOfOffice.map({ Samples.full($0) }) {
      // A key slot and a sealed part of nothing.
      let record = try PlainSeal.encode(event) + [0x70, 1, 0x7A, 12] + [UInt8](repeating: 0, count: 12)
      #expect(throws: RecordError.self) { try RecordCoding.current.decode(record) { _, _ in [] } }
    }
  }

  @Test(
    "an instant so far away that no calendar reaches it is refused",
    arguments: [Int64.max, Int64.min, Int64.max - 3_600_000_000, 300_000_000_000_000_000, -70_000_000_000_000_000])
  func instants(microseconds: Int64) throws {
    let far = Timestamp(microseconds: microseconds)
    let circumstances = CaseEvent.Circumstances(
      recordedAt: far, occurredAt: far, offset: Samples.offset, actor: Actor(uid: 1, account: "a"), rules: .start)
    let step = Samples.event(.desk(CaseEvent(.progressed(Progressed(step: "1")), circumstances)))
    #expect(throws: RecordError.self) { try PlainSeal.decode(PlainSeal.encode(step)) }
    for body in [
      CaseEvent.Body.received(Received(code: "1", kind: .enquiry, term: .imported, due: far)),
      .apologised(Apologised(cause: "late", text: "…", newDue: far, answersForDate: true)),
    ] {
      #expect(throws: RecordError.self) { try PlainSeal.decode(PlainSeal.encode(Samples.bare(body))) }
    }
  }
}
