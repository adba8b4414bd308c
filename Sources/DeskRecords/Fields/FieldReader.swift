/// Reads fields by ascending number. What is not asked for is passed over: a later release may have written more.
///
/// Of a field that stands several times the last one counts, wherever it stands, and one of another wire type is none.
struct FieldReader: FieldCoder {
  private var cursor: FieldCursor

  /// Goes through the whole message first: what is damaged anywhere in it is refused, whether somebody asks for it or not.
  init(_ bytes: [UInt8], _ range: Range<Int>) throws(RecordError) {
    var walk = FieldCursor(bytes, range)
    var (last, isAscending) = (0, true)
    while let tag = try walk.tag() {
      isAscending = isAscending && tag.number >= last
      last = tag.number
      try walk.skip(tag)
    }
    cursor = isAscending ? FieldCursor(bytes, range) : FieldCursor(try Self.ascending(bytes, range))
  }

  init(_ bytes: [UInt8]) throws(RecordError) { try self.init(bytes, 0..<bytes.count) }

  /// The same fields by ascending number; those of one number stay in their order.
  private static func ascending(_ bytes: [UInt8], _ range: Range<Int>) throws(RecordError) -> [UInt8] {
    var fields: [(number: Int, range: Range<Int>)] = []
    var walk = FieldCursor(bytes, range)
    var start = walk.place
    while let tag = try walk.tag() {
      try walk.skip(tag)
      fields.append((tag.number, start..<walk.place))
      start = walk.place
    }
    // By number and then by place: sorting alone keeps no order among equals.
    fields.sort { ($0.number, $0.range.lowerBound) < ($1.number, $1.range.lowerBound) }
    return fields.flatMap { bytes[$0.range] }
  }

  mutating func number(_ field: Field, _ value: inout UInt64?) throws(RecordError) {
    value = nil
    while let tag = try next(upTo: field.number) {
      if tag.number == field.number, tag.type == .number {
        value = try cursor.number()
      } else {
        try cursor.skip(tag)
      }
    }
  }

  mutating func text(_ field: Field, _ value: inout String?) throws(RecordError) {
    value = nil
    while let tag = try next(upTo: field.number) {
      if tag.number == field.number, tag.type == .counted {
        value = try text(field)
      } else {
        try cursor.skip(tag)
      }
    }
  }

  mutating func texts(_ field: Field, _ value: inout [String]) throws(RecordError) {
    value = []
    while let tag = try next(upTo: field.number) {
      if tag.number == field.number, tag.type == .counted {
        value.append(try text(field))
      } else {
        try cursor.skip(tag)
      }
    }
  }

  mutating func bytes(_ field: Field, _ value: inout [UInt8]?) throws(RecordError) {
    value = nil
    while let tag = try next(upTo: field.number) {
      if tag.number == field.number, tag.type == .counted {
        value = Array(cursor.bytes[try cursor.counted()])
      } else {
        try cursor.skip(tag)
      }
    }
  }

  private mutating func text(_ field: Field) throws(RecordError) -> String {
    let range = try cursor.counted()
    do { return String(copying: try UTF8Span(validating: cursor.bytes.span.extracting(range))) } catch {
      throw .malformed("\(field.name) is no UTF-8")
    }
  }

  /// The next tag whose number is not above this one; what comes after stays to be asked for.
  private mutating func next(upTo number: Int) throws(RecordError) -> FieldCursor.Tag? {
    let place = cursor.place
    guard let tag = try cursor.tag() else { return nil }
    if tag.number <= number { return tag }
    cursor.place = place
    return nil
  }
}
