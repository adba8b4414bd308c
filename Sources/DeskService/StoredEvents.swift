import Desk
import DeskRecords
import EventStore

extension EventStore {
  /// Opens a record of the ledger, as far as its key is here.
  func decode(_ record: [UInt8], by coding: RecordCoding) throws -> StoredEvent {
    try coding.decode(record) { sealed, part in
      switch try keys.open(sealed, slot: part.slot, additionalData: part.additionalData) {
      case .plain(let plain): plain
      case .closed: nil
      case .broken: throw RecordError.sealBroken(slot: part.slot)
      }
    }
  }
}

extension StoredEvent {
  var recordKey: Views.RecordKey {
    Views.RecordKey(
      stream: stream, version: version, uid: circumstances.actor.uid, commandID: command.id, digest: command.digest)
  }
}
