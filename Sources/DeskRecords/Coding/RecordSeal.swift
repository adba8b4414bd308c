import SwiftProtobuf

import struct FoundationEssentials.Data

/// What a record says in the clear of its seal.
public struct RecordSeal: Hashable, Sendable {
  /// Where the key of the sealed part lies; nil when nothing is sealed.
  public var slot: UInt64?
  /// What `received` says of the case's key; nil in every other event.
  public var keyCommitment: [UInt8]?
}

extension RecordCoding {
  /// Throws `RecordError.malformed`.
  public static func seal(of bytes: [UInt8]) throws -> RecordSeal {
    let record: Vn_Motcua_Records_Record
    do {
      record = try Vn_Motcua_Records_Record(serializedBytes: bytes)
    } catch {
      throw RecordError.malformed("\(error)")
    }
    var commitment: [UInt8]?
    if case .received(let received) = record.body { commitment = [UInt8](received.keyCommitment) }
    return RecordSeal(slot: record.keySlot == 0 ? nil : record.keySlot, keyCommitment: commitment)
  }
}
