import Desk
import EventSourcing

/// What a record says in the clear of its seal.
public struct RecordSeal: Hashable, Sendable {
  /// Where the key of the sealed part lies; nil when nothing is sealed.
  public var slot: UInt64?
  /// What the first event of a stream says of the stream's key; nil in every other event.
  public var keyCommitment: [UInt8]?
}

extension RecordCoding {
  /// Throws `RecordError.malformed`.
  public static func seal(of bytes: [UInt8]) throws -> RecordSeal {
    let record = try RecordBytes(bytes)
    var seal = RecordSeal(slot: record.envelope.keySlot == 0 ? nil : record.envelope.keySlot)
    if record.envelope.streamKind != nil { seal.keyCommitment = record.envelope.keyCommitment }
    if record.kind == .received {
      var (body, commitment) = (try record.body(), [UInt8]())
      try Received.commitment(&body, &commitment)
      // A receipt that is not the first of its case has nothing to say of it.
      let isFirst = Version(record.envelope.version) == Version.none.next
      if isFirst || !commitment.isEmpty { seal.keyCommitment = commitment }
    }
    return seal
  }
}
