import Desk

/// A record taken apart: its envelope, and where its body lies.
struct RecordBytes {
  var envelope = Envelope()
  /// Nil when it has none that this release knows.
  private(set) var kind: EventKind?
  private let bytes: [UInt8]
  /// Where its body lies, and what else of it there is: a message that stands several times is read as one after the other.
  private var part: Range<Int>?
  private var furtherParts: [Range<Int>] = []
  private var promiseParts: [Range<Int>] = []

  /// - Throws: `RecordError.newerSchema` before anything else is read: a later release may have words in it that mean nothing
  ///   here, and such a record is not damaged.
  init(_ bytes: [UInt8]) throws(RecordError) {
    self.bytes = bytes
    var reader = try FieldReader(bytes)
    var (first, schema) = (reader, UInt32(0))
    try Envelope.schema(&first, &schema)
    guard schema <= RecordCoding.schema else { throw .newerSchema(schema) }
    try envelope.fields(&reader)
    try envelope.lastField(&reader)
    var walk = FieldCursor(bytes)
    while let tag = try walk.tag() {
      if tag.type == .counted, tag.number == StoredPromises.number {
        promiseParts.append(try walk.counted())
        continue
      }
      guard tag.type == .counted, let kind = EventKind(recordNumber: tag.number) else {
        try walk.skip(tag)
        continue
      }
      // Of several bodies the last one counts, and those that do not are not to be damaged either.
      if let earlier = self.kind, kind != earlier {
        for part in parts { _ = try FieldReader(bytes, part) }
        (part, furtherParts) = (nil, [])
      }
      self.kind = kind
      let range = try walk.counted()
      if part == nil { part = range } else { furtherParts.append(range) }
    }
  }

  private var parts: [Range<Int>] { (part.map { [$0] } ?? []) + furtherParts }

  func promises() throws(RecordError) -> [FieldReader] {
    var readers: [FieldReader] = []
    for part in promiseParts { readers.append(try FieldReader(bytes, part)) }
    return readers
  }

  func body() throws(RecordError) -> FieldReader {
    if let part, furtherParts.isEmpty { return try FieldReader(bytes, part) }
    return try FieldReader(parts.flatMap { bytes[$0] })
  }
}
