import Desk
import EventSourcing

/// What every record says besides what happened.
struct Envelope {
  var schema: UInt32 = 0
  var stream: UInt64 = 0
  var version: UInt32 = 0
  var recordedAt: Int64 = 0
  var occurredBefore: Int64 = 0
  var offsetMinutes: Int32 = 0
  var uid: UInt32 = 0
  var account = ""
  var role = ""
  var commandID: [UInt8] = []
  var commandDigest: [UInt8] = []
  var rules: UInt64 = 0
  var isImported = false
  var keySlot: UInt64 = 0
  var sealed: [UInt8] = []
  var onBehalfOf = ""
  var streamDigest: [UInt8] = []
  /// What the first event of a stream says of it, where its kind does not.
  var streamKind: StreamKind?
  var keyCommitment: [UInt8] = []
  var register = ""

  init() {}

  /// Without what is sealed, and without its schema.
  init(_ event: StoredEvent) {
    let circumstances = event.circumstances
    stream = event.stream
    version = event.version.rawValue
    recordedAt = circumstances.recordedAt.microseconds
    occurredBefore = circumstances.recordedAt.microseconds &- circumstances.occurredAt.microseconds
    offsetMinutes = Int32(circumstances.offset.minutes)
    uid = circumstances.actor.uid
    account = circumstances.actor.account
    role = circumstances.actor.roleWord ?? ""
    onBehalfOf = circumstances.actor.onBehalfOf ?? ""
    commandID = event.command.id
    streamDigest = event.command.digest
    commandDigest = event.command.digestOfBefore
    rules = circumstances.rules.rawValue
    isImported = circumstances.isImported
    register = isImported ? circumstances.register ?? "" : ""
  }

  /// The first field, which says whether this release can read the others.
  static func schema(_ record: inout some FieldCoder, _ schema: inout UInt32) throws(RecordError) {
    try record.integer(1, "schema", &schema)
  }

  /// The fields of `Record` before its body.
  mutating func fields(_ record: inout some FieldCoder) throws(RecordError) {
    try Self.schema(&record, &schema)
    try record.integer(2, "stream", &stream)
    try record.integer(3, "version", &version)
    try record.integer(4, "recorded_at", &recordedAt)
    try record.integer(5, "occurred_before", &occurredBefore)
    try record.integer(6, "offset_minutes", &offsetMinutes)
    try record.integer(7, "uid", &uid)
    try record.text(8, "account", &account)
    try record.text(9, "role", &role)
    try record.bytes(10, "command_id", &commandID)
    try record.bytes(11, "command_digest", &commandDigest)
    try record.integer(12, "rules", &rules)
    try record.flag(13, "imported", &isImported)
    try record.integer(14, "key_slot", &keySlot)
    try record.bytes(15, "sealed", &sealed)
    try record.text(16, "on_behalf_of", &onBehalfOf)
    try record.bytes(17, "stream_digest", &streamDigest)
    try record.word(18, "stream_kind", &streamKind)
    try record.bytes(19, "key_commitment", &keyCommitment)
  }

  /// The one that comes after the body and the promises; only what is imported has it, and nobody looks for it elsewhere.
  mutating func lastField(_ record: inout some FieldCoder) throws(RecordError) {
    if isImported { try record.text(101, "register", &register) }
  }

  /// The lowest schema that can say the last field; 0 where there is none.
  var schemaOfLastField: UInt32 { register.isEmpty ? 0 : 3 }

  /// The field of `Personal` that belongs to no kind: why an event was recorded late.
  static let lateEntryNumber = 15

  static func lateEntry(_ personal: inout some FieldCoder, _ reason: inout String?) throws(RecordError) {
    try personal.text(lateEntryNumber, "late_entry_reason", &reason)
  }

  func circumstances(lateEntryReason: String?) throws(RecordError) -> CaseEvent.Circumstances {
    guard let offset = UTCOffset(minutes: Int(offsetMinutes)) else {
      throw .malformed("offset of \(offsetMinutes) minutes")
    }
    let (recorded, occurred) = (
      try Timestamp(stored: recordedAt), try Timestamp(stored: recordedAt &- occurredBefore)
    )
    var actor = Actor(uid: uid, account: account, onBehalfOf: onBehalfOf.isEmpty ? nil : onBehalfOf)
    if !role.isEmpty {
      // After a return to an earlier release the ledger must still be readable.
      actor.role = Role(rawValue: role)
      if actor.role == nil { actor.laterRole = role }
    }
    return CaseEvent.Circumstances(
      recordedAt: recorded, occurredAt: occurred, offset: offset, actor: actor, lateEntryReason: lateEntryReason,
      isImported: isImported, register: register.isEmpty ? nil : register, rules: Position(rules))
  }
}
