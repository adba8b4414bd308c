import Desk
import DeskRecords
import EventSourcing
import EventStore

/// How far the ledger's time has come.
struct LedgerTime: Hashable, Sendable {
  /// When the last event was recorded; these times never run backwards.
  var recordedAt: Timestamp
  /// What the office's clock showed then: earlier than `recordedAt` while the ledger is ahead of a clock that was
  /// accepted.
  var officeTime: Timestamp

  static let empty = LedgerTime(recordedAt: Timestamp.bounds.lowerBound, officeTime: Timestamp.bounds.lowerBound)
  var isEmpty: Bool { self == .empty }

  /// The ledger's time after an event is recorded at `now`, by the office's clock.
  func recording(at now: Timestamp) -> LedgerTime {
    LedgerTime(recordedAt: max(recordedAt, now), officeTime: max(officeTime, now))
  }

  /// The ledger's time after a clock is accepted, the one event by which `reached` may go back.
  func accepting(_ shown: Timestamp) -> LedgerTime {
    LedgerTime(recordedAt: max(recordedAt, shown), officeTime: shown)
  }
}

extension LedgerTime {
  /// Reads the ledger's time from its last event, and from those after the last accepted clock.
  static func read(_ store: EventStore, accepted: AcceptedClock?, by coding: RecordCoding) throws -> LedgerTime {
    guard let last = try store.ledger.record(at: store.ledger.position()) else { return .empty }
    let recordedAt = try coding.outside(last).recordedAt
    guard let accepted, accepted.recordedAt == recordedAt, accepted.shown < recordedAt else {
      return LedgerTime(recordedAt: recordedAt, officeTime: recordedAt)
    }
    // Since that clock was accepted all events bear the same time of recording, so the latest time at which one
    // happened is the best that is known.
    var officeTime = accepted.shown
    try store.forEach(after: accepted.position, by: coding) { _, circumstances in
      if !circumstances.isImported { officeTime = max(officeTime, min(circumstances.occurredAt, recordedAt)) }
      return true
    }
    return LedgerTime(recordedAt: recordedAt, officeTime: officeTime)
  }
}

extension EventStore {
  /// The events after a position, with what stands outside the seal, until `body` returns false.
  func forEach(
    after position: Position, by coding: RecordCoding, _ body: (Position, CaseEvent.Circumstances) throws -> Bool
  ) throws {
    var next = position.next
    while true {
      let block = try ledger.records(from: next, limit: 4096)
      guard let end = block.last?.position else { return }
      for entry in block {
        guard try body(entry.position, coding.outside(entry.record)) else { return }
      }
      next = end.next
    }
  }
}

extension RecordCoding {
  /// When and by whom an event was recorded, which stands outside the seal.
  func outside(_ record: [UInt8]) throws -> CaseEvent.Circumstances {
    try decode(record, open: { _, _ in nil }).circumstances
  }
}
