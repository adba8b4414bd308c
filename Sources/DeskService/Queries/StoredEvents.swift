import Desk
import DeskRecords
import DeskViews
import EventStore
import LMDB

extension EventStore {
  /// Opens a record of the ledger, as far as its key is here.
  func decode(_ record: [UInt8], by coding: RecordCoding) throws -> StoredEvent {
    try coding.decode(record, keys: keys)
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
  func project(_ stored: StoredEvent, _ transaction: borrowing WriteTransaction) throws -> Views.RecordKey {
    if case .desk(let event) = stored.body {
      let state = try state(of: stored.stream, transaction)
      try apply(event, to: stored.stream, from: state, transaction)
    }
    return stored.recordKey
  }
}

extension StoredEvent {
  var recordKey: Views.RecordKey {
    Views.RecordKey(
      stream: stream, version: version, uid: circumstances.actor.uid, commandID: command.id, digest: command.digest)
  }
}
