/// Writes fields one after the other in the bytes of protobuf: what is missing or, where a field may not be missing, empty
/// takes none.
struct FieldWriter: FieldCoder {
  private(set) var bytes: [UInt8] = []

  init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func number(_ field: Field, _ value: inout UInt64?) {
    guard let value else { return }
    put(tag: field.number, .number)
    put(value)
  }

  mutating func text(_ field: Field, _ value: inout String?) { if let value { put(field.number, value) } }

  mutating func texts(_ field: Field, _ value: inout [String]) { for text in value { put(field.number, text) } }

  mutating func bytes(_ field: Field, _ value: inout [UInt8]?) { if let value { put(field.number, value) } }

  /// A message within the message, or bytes.
  mutating func put(_ number: Int, _ content: [UInt8]) {
    put(tag: number, .counted)
    put(UInt64(content.count))
    bytes += content
  }

  /// Puts fields that all bear one number among those that are written, where it belongs.
  mutating func insert(_ fields: [UInt8], of number: Int) throws(RecordError) {
    guard !fields.isEmpty else { return }
    var place = 0
    var cursor = FieldCursor(bytes)
    while let tag = try cursor.tag(), tag.number < number {
      try cursor.skip(tag)
      place = cursor.place
    }
    bytes.insert(contentsOf: fields, at: place)
  }

  private mutating func put(_ number: Int, _ text: String) {
    put(tag: number, .counted)
    put(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  private mutating func put(tag number: Int, _ type: FieldCursor.WireType) {
    put(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  private mutating func put(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
