import Desk

/// A record taken apart: its envelope, and where its body lies.
struct RecordBytes {
  let envelope: Envelope
  /// Nil when it has none that this release knows.
  let kind: EventKind?
  private let bytes: [UInt8]
  /// Where its body lies. As a rule in one place: a message that stands several times is read as one after the other.
  private let parts: [Range<Int>]
  private let promiseParts: [Range<Int>]

  /// - Throws: `RecordError.newerSchema` before anything else is read: a later release may have words in it that mean nothing
  ///   here, and such a record is not damaged.
  init(_ bytes: [UInt8]) throws(RecordError) {
    var bodies: [(kind: EventKind, range: Range<Int>)] = []
    var promiseParts: [Range<Int>] = []
    var reader = try FieldReader(bytes, 0..<bytes.count) { number, range in
      if number == StoredPromises.number {
        promiseParts.append(range)
      } else if let kind = EventKind(recordNumber: number) {
        bodies.append((kind, range))
      }
    }
    var (first, schema) = (reader, UInt32(0))
    try Envelope.schema(&first, &schema)
    guard schema <= RecordCoding.schema else { throw .newerSchema(schema) }
    var envelope = Envelope()
    try envelope.fields(&reader)
    try envelope.lastField(&reader)
    // Of several bodies the last one counts, and those that do not are not to be damaged either.
    let kind = bodies.last?.kind
    var parts = bodies.map(\.range)
    if bodies.contains(where: { $0.kind != kind }) {
      let start = (bodies.lastIndex { $0.kind != kind } ?? 0) + 1
      for part in parts[..<start] { _ = try FieldReader(bytes, part) }
      parts.removeFirst(start)
    }
    (self.envelope, self.kind, self.bytes) = (envelope, kind, bytes)
    (self.parts, self.promiseParts) = (parts, promiseParts)
  }

  func promises() throws(RecordError) -> [FieldReader] {
    var readers: [FieldReader] = []
    for part in promiseParts { readers.append(try FieldReader(bytes, part)) }
    return readers
  }

  func body() throws(RecordError) -> FieldReader {
    if parts.count == 1 { return try FieldReader(bytes, parts[0]) }
    return try FieldReader(parts.flatMap { bytes[$0] })
  }
}
