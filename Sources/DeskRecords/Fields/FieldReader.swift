/// Reads fields by ascending number. What is not asked for is passed over: a later release may have written more.
///
/// Of a field that stands several times the last one counts, wherever it stands, and one of another wire type is none.
struct FieldReader: FieldCoder {
  private var cursor: FieldCursor
  /// The tag of the field that comes next; behind the last one it has a number that no field has.
  private var upcoming = Self.end
  private static let end = FieldCursor.Tag(number: .max, type: .number)

  /// Goes through the whole message first: what is damaged anywhere in it is refused, whether somebody asks for it or not.
  ///
  /// - Parameter note: told of each field that has a length, as it is passed, and where its content lies.
  @inline(__always)
  init(
    _ bytes: [UInt8], _ range: Range<Int>, note: (_ number: Int, _ content: Range<Int>) -> Void
  ) throws(RecordError) {
    var walk = FieldCursor(bytes, range)
    var (last, isAscending) = (0, true)
    while let tag = try walk.tag() {
      isAscending = isAscending && tag.number >= last
      last = tag.number
      if tag.type == .counted { note(tag.number, try walk.counted()) } else { try walk.skip(tag) }
    }
    cursor = isAscending ? FieldCursor(bytes, range) : FieldCursor(try Self.ascending(bytes, range))
    try goOn()
  }

  init(_ bytes: [UInt8], _ range: Range<Int>) throws(RecordError) { try self.init(bytes, range) { _, _ in } }

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

  @inline(__always)
  mutating func number(_ field: Field, _ value: inout UInt64?) throws(RecordError) {
    value = try isNext(field.number) ? number(field) : nil
  }

  @inline(__always)
  mutating func text(_ field: Field, _ value: inout String?) throws(RecordError) {
    value = try isNext(field.number) ? text(field) : nil
  }

  mutating func texts(_ field: Field, _ value: inout [String]) throws(RecordError) {
    value = []
    while try isNext(field.number) { if let text = try one(field) { value.append(text) } }
  }

  @inline(__always)
  mutating func bytes(_ field: Field, _ value: inout [UInt8]?) throws(RecordError) {
    value = try isNext(field.number) ? bytes(field) : nil
  }

  private mutating func number(_ field: Field) throws(RecordError) -> UInt64? {
    var value: UInt64?
    while try isNext(field.number) {
      if upcoming.type == .number { value = try cursor.number() } else { try cursor.skip(upcoming) }
      try goOn()
    }
    return value
  }

  private mutating func text(_ field: Field) throws(RecordError) -> String? {
    var value: String?
    while try isNext(field.number) { if let text = try one(field) { value = text } }
    return value
  }

  private mutating func bytes(_ field: Field) throws(RecordError) -> [UInt8]? {
    var value: [UInt8]?
    while try isNext(field.number) {
      if upcoming.type == .counted {
        let range = try cursor.counted()
        value = cursor.bytes.span.extracting(range).withUnsafeBufferPointer { Array($0) }
      } else {
        try cursor.skip(upcoming)
      }
      try goOn()
    }
    return value
  }

  /// The text of the field that is next; nil when it is of another wire type.
  private mutating func one(_ field: Field) throws(RecordError) -> String? {
    guard upcoming.type == .counted else {
      try cursor.skip(upcoming)
      try goOn()
      return nil
    }
    let range = try cursor.counted()
    let text: String
    do { text = String(copying: try UTF8Span(validating: cursor.bytes.span.extracting(range))) } catch {
      throw .malformed("\(field.name) is no UTF-8")
    }
    try goOn()
    return text
  }

  /// Whether a field is the next one, after all that stand before it; what comes after it stays to be asked for.
  @inline(__always)
  private mutating func isNext(_ number: Int) throws(RecordError) -> Bool {
    if upcoming.number < number { try pass(before: number) }
    return upcoming.number == number
  }

  private mutating func pass(before number: Int) throws(RecordError) {
    while upcoming.number < number {
      try cursor.skip(upcoming)
      try goOn()
    }
  }

  @inline(__always)
  private mutating func goOn() throws(RecordError) { upcoming = try cursor.tag() ?? Self.end }
}
