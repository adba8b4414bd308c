/// Goes through the fields of a message as protobuf writes them, without knowing what they mean.
struct FieldCursor {
  enum WireType: UInt8 {
    case number = 0
    case fixed64, counted, groupStart, groupEnd, fixed32
  }

  struct Tag {
    var number: Int
    var type: WireType
  }

  let bytes: [UInt8]
  let end: Int
  /// Where the next tag or value begins.
  var place: Int

  init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    place = range.lowerBound
    end = range.upperBound
  }

  /// The next field's tag; nil at the end.
  @inline(__always)
  mutating func tag() throws(RecordError) -> Tag? {
    guard place < end else { return nil }
    // The number of most fields is below 16, and their tag one byte.
    let byte = bytes[place]
    if byte < 0x80, byte >= 8, let type = WireType(rawValue: byte & 7) {
      place += 1
      return Tag(number: Int(byte >> 3), type: type)
    }
    return try longTag()
  }

  @inline(never)
  private mutating func longTag() throws(RecordError) -> Tag {
    let raw = try number()
    guard raw >> 3 > 0, raw < UInt64(UInt32.max), let type = WireType(rawValue: UInt8(raw & 7)) else {
      throw .malformed("a field of tag \(raw)")
    }
    return Tag(number: Int(raw >> 3), type: type)
  }

  @inline(__always)
  mutating func number() throws(RecordError) -> UInt64 {
    // Most tags, lengths and numbers are one byte.
    if place < end, bytes[place] < 0x80 {
      defer { place += 1 }
      return UInt64(bytes[place])
    }
    return try longNumber()
  }

  @inline(never)
  private mutating func longNumber() throws(RecordError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while place < end, shift < 64 {
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .malformed(shift < 64 ? "it ends within a number" : "a number of more than ten bytes")
  }

  @inline(__always)
  private mutating func skipNumber() throws(RecordError) {
    let start = place
    while place < end, bytes[place] >= 0x80 { place += 1 }
    if place < end, place - start < 10 {
      place += 1
      return
    }
    // The full reading below says what is wrong with it.
    place = start
    _ = try longNumber()
  }

  /// The place of what is told with its length.
  @inline(__always)
  mutating func counted() throws(RecordError) -> Range<Int> {
    let count = try number()
    guard count <= UInt64(end - place) else { throw .malformed("it ends within a field") }
    let start = place
    place += Int(count)
    return start..<place
  }

  /// Goes past the value of a field.
  @inline(__always)
  mutating func skip(_ tag: Tag) throws(RecordError) {
    switch tag.type {
    case .number: try skipNumber()
    case .counted: _ = try counted()
    case .fixed64, .groupStart, .groupEnd, .fixed32: try skip(tag, depth: 0)
    }
  }

  /// The same for what no field of ours is.
  @inline(never)
  private mutating func skip(_ tag: Tag, depth: Int) throws(RecordError) {
    switch tag.type {
    case .number: _ = try number()
    case .counted: _ = try counted()
    case .fixed64: try skip(8)
    case .fixed32: try skip(4)
    case .groupEnd: throw .malformed("the end of a group that has not begun")
    case .groupStart:
      guard depth < Self.depthMax else { throw .malformed("groups in groups") }
      while true {
        guard let inner = try self.tag() else { throw .malformed("it ends within a group") }
        if inner.type == .groupEnd {
          guard inner.number == tag.number else { throw .malformed("a group that ends as another") }
          return
        }
        try skip(inner, depth: depth + 1)
      }
    }
  }

  private mutating func skip(_ count: Int) throws(RecordError) {
    guard count <= end - place else { throw .malformed("it ends within a field") }
    place += count
  }

  /// As deep as other readers of the format follow.
  private static let depthMax = 98
}
