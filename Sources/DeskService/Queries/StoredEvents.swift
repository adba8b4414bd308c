import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB

extension EventStore {
  /// Opens a record of the ledger, as far as its key is here.
  func decode(_ record: [UInt8], by coding: RecordCoding) throws -> StoredEvent {
    try coding.decode(record, keys: keys)
  }

  /// An event as it is recorded, sealed with the key of its slot.
  func encode(_ event: StoredEvent, slot: UInt64) throws -> [UInt8] {
    let commitment: [UInt8] = event.version == Version(1) && slot > 0 ? try keys.commitment(slot) : []
    return try RecordCoding.encode(event, slot: slot, keyCommitment: commitment) { plain, part in
      try keys.seal(plain, slot: part.slot, additionalData: part.additionalData)
    }
  }
}

extension RecordCoding {
  func decode(_ record: [UInt8], keys: Keys) throws -> StoredEvent {
    try decode(record) { sealed, part in
      switch try keys.open(sealed, slot: part.slot, additionalData: part.additionalData) {
      case .plain(let plain): plain
      case .closed: nil
      case .broken: throw RecordError.sealBroken(slot: part.slot)
      }
    }
  }
}

extension DeskViews {
  /// Applies a stored event, and says where it belongs.
  func project(
    _ stored: StoredEvent, at position: Position, _ transaction: borrowing WriteTransaction
  ) throws -> Views.RecordKey {
    switch stored.body {
    case .desk(let event):
      let state = try state(of: stored.stream, transaction)
      try apply([event], to: stored.stream, from: state, transaction)
    case .office(let event, let circumstances):
      try apply(OfficeEntry(event, circumstances, at: position), transaction)
    }
    return stored.recordKey
  }

  /// Applies a block of stored events, in order, of which the first stands at this position.
  func project(
    _ stored: [StoredEvent], from first: Position, _ transaction: borrowing WriteTransaction
  ) throws -> [Views.RecordKey] {
    var cases: [(number: UInt64, event: CaseEvent)] = []
    cases.reserveCapacity(stored.count)
    for (position, stored) in zip(first.rawValue..., stored) {
      switch stored.body {
      case .desk(let event): cases.append((stored.stream, event))
      case .office(let event, let circumstances):
        try apply(OfficeEntry(event, circumstances, at: Position(position)), transaction)
      }
    }
    try apply(cases, transaction)
    return stored.map(\.recordKey)
  }
}

extension StoredEvent {
  var recordKey: Views.RecordKey {
    Views.RecordKey(
      stream: stream, version: version, uid: circumstances.actor.uid, commandID: command.id, digest: command.digest)
  }
}
