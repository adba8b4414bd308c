import Desk
import EventSourcing

/// What is sealed into a record, and how it is bound there.
public struct SealedPart: Sendable {
  public var slot: UInt64
  /// Slot and kind of event: a sealed part moved to another record does not open.
  public var additionalData: [UInt8]

  /// - Parameter number: the field of the record in which the body stands; 0 when there is none.
  init(slot: UInt64, number: Int) {
    self.slot = slot
    func of(_ value: UInt64, _ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value &>> (8 * place)) }
    let kind = UInt64(truncatingIfNeeded: number)
    additionalData = [
      of(slot, 7), of(slot, 6), of(slot, 5), of(slot, 4), of(slot, 3), of(slot, 2), of(slot, 1), of(slot, 0),
      of(kind, 3), of(kind, 2), of(kind, 1), of(kind, 0),
    ]
  }
}

/// The one place that knows both an event and its record. Whatever reads a record reads it here, so that older schemas are
/// brought to this release's wherever they are met.
public struct RecordCoding: Sendable {
  /// The highest schema that this release reads and writes.
  public static let schema: UInt32 = 3
  /// What this release reads.
  public static let current = RecordCoding()

  public typealias Seal = (_ plain: [UInt8], _ part: SealedPart) throws -> [UInt8]
  /// Nil when the key is gone or not here: the event is then read without what it seals.
  public typealias Open = (_ sealed: [UInt8], _ part: SealedPart) throws -> [UInt8]?

  /// Changes the bytes of a record of one schema, and of what it seals, into those of the next.
  typealias Upcaster = @Sendable (_ record: inout [UInt8], _ personal: inout [UInt8]) throws -> Void

  /// By the schema that they start from.
  var upcasters: [UInt32: Upcaster] = [:]

  /// Schemas that are read as they are: each has kinds and fields more than the one before, and changes none.
  private static let readable: ClosedRange<UInt32> = 1...schema

  /// - Parameters:
  ///   - slot: where the key of the stream lies.
  ///   - keyCommitment: stands in the first event of a stream.
  public static func encode(
    _ event: StoredEvent, slot: UInt64, keyCommitment: [UInt8], seal: Seal
  ) throws -> [UInt8] {
    var envelope = Envelope(event)
    var (body, personal) = (FieldWriter(reserving: 160), FieldWriter(reserving: 160))
    envelope.schema = try event.body.write(&body, personal: &personal, keyCommitment: keyCommitment)
    if event.opensStreamOfItsOwn {
      let kind = event.body.streamKind
      envelope.streamKind = kind
      envelope.keyCommitment = keyCommitment
      envelope.schema = max(envelope.schema, kind.schema)
    }
    let number = event.kind.recordNumber
    if case .desk(let told) = event.body, told.circumstances.lateEntryReason != nil {
      var (field, reason) = (FieldWriter(reserving: 0), told.circumstances.lateEntryReason)
      try Envelope.lateEntry(&field, &reason)
      try personal.insert(field.bytes, of: Envelope.lateEntryNumber)
    }
    let promises = event.promises
    if !promises.isEmpty {
      try StoredPromises.write(namesOf: promises, &personal)
      envelope.schema = max(envelope.schema, StoredPromises.schema(of: promises))
    }
    envelope.schema = max(envelope.schema, envelope.schemaOfLastField)
    if !personal.bytes.isEmpty {
      envelope.keySlot = slot
      envelope.sealed = try seal(personal.bytes, SealedPart(slot: slot, number: number))
    }
    var record = FieldWriter(reserving: 224 + envelope.sealed.count + body.bytes.count)
    try envelope.fields(&record)
    record.put(number, body.bytes)
    try StoredPromises.write(promises, &record)
    try envelope.lastField(&record)
    return record.bytes
  }

  public func decode(_ bytes: [UInt8], open: Open) throws -> StoredEvent {
    var record = try RecordBytes(bytes)
    var (personal, isClosed) = ([UInt8](), false)
    if record.envelope.keySlot != 0 {
      let part = SealedPart(slot: record.envelope.keySlot, number: record.kind?.recordNumber ?? 0)
      let plain = try open(record.envelope.sealed, part)
      isClosed = plain == nil
      personal = plain ?? []
    }
    if !Self.readable.contains(record.envelope.schema) {
      record = try upcast(bytes, record.envelope.schema, &personal)
    }
    guard let kind = record.kind else { throw RecordError.malformed("no body") }
    var body = try record.body()
    var sealed = try FieldReader(personal)
    let promises = try StoredPromises.read(try record.promises(), personal: sealed)
    // Read for itself: it stands among the fields of the body.
    var (late, reason) = (sealed, String?.none)
    try Envelope.lateEntry(&late, &reason)
    var happened = try StoredEvent.Body(
      kind, &body, personal: &sealed, try record.envelope.circumstances(lateEntryReason: reason))
    if let stream = record.envelope.streamKind, stream != happened.streamKind {
      throw RecordError.malformed("\(kind) in a stream of the kind \(stream)")
    }
    if case .office = happened {
      guard record.envelope.keySlot == 0, promises.isEmpty else {
        throw RecordError.malformed("an event of the office with a seal, or with a promise")
      }
    } else if !promises.isEmpty, case .desk(var told) = happened {
      told.promises = promises
      happened = .desk(told)
    }
    var event = StoredEvent(
      stream: record.envelope.stream, version: Version(record.envelope.version),
      command: .init(
        id: record.envelope.commandID, digest: record.envelope.streamDigest,
        digestOfBefore: record.envelope.commandDigest),
      body: consume happened)
    event.isClosed = isClosed
    return event
  }

  /// Brings a record of an older schema to one that is read as it is.
  private func upcast(_ bytes: [UInt8], _ schema: UInt32, _ personal: inout [UInt8]) throws -> RecordBytes {
    var (bytes, schema) = (bytes, schema)
    while !Self.readable.contains(schema) {
      guard let upcast = upcasters[schema] else { throw RecordError.malformed("schema \(schema)") }
      try upcast(&bytes, &personal)
      schema += 1
    }
    return try RecordBytes(bytes)
  }
}

extension StoredEvent {
  fileprivate var promises: [Promised] { if case .desk(let event) = body { event.promises } else { [] } }

  /// Whether it is the first of its stream and has to say what the stream is about: a case that begins with its receipt, and
  /// the office, do not.
  fileprivate var opensStreamOfItsOwn: Bool {
    version == Version.none.next && kind != .received && body.streamKind != .office
  }
}

extension StreamKind {
  /// The schema of records that the word came with.
  fileprivate var schema: UInt32 {
    switch self {
    case .office, .case: 3
    }
  }
}
