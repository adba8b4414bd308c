import Desk
import DeskRecords
import EventStore

extension EventStore {
  /// Opens a record of the ledger.
  func decode(_ record: [UInt8]) throws -> StoredEvent {
    try RecordCoding.decode(record) { sealed, part in
      guard let plain = try keys.open(sealed, slot: part.slot, additionalData: part.additionalData) else {
        throw RecordError.sealBroken(slot: part.slot)
      }
      return plain
    }
  }
}

extension StoredEvent {
  var recordKey: Views.RecordKey {
    Views.RecordKey(
      stream: stream, version: version, uid: circumstances.actor.uid, commandID: command.id, digest: command.digest)
  }
}
