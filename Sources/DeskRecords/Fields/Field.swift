/// One field of a stored message, as `record.proto` tells it.
struct Field: Hashable {
  enum Form: Hashable {
    case uint32, uint64, sint32, sint64, bool, enumeration, string, strings, bytes
  }

  let number: Int
  let name: StaticString
  let form: Form
  /// Whether a missing field is another thing than an empty one.
  let isOptional: Bool

  static func == (left: Field, right: Field) -> Bool { left.number == right.number }
  func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// What goes through a list of fields: it writes them, or reads them into the values. So a message has one list, and what is
/// written is read by the same numbers.
///
/// Fields are listed by ascending number, which is the order of their bytes, and nil is a field that is not there.
protocol FieldCoder {
  mutating func number(_ field: Field, _ value: inout UInt64?) throws(RecordError)
  mutating func text(_ field: Field, _ value: inout String?) throws(RecordError)
  mutating func texts(_ field: Field, _ value: inout [String]) throws(RecordError)
  mutating func bytes(_ field: Field, _ value: inout [UInt8]?) throws(RecordError)
}

extension FieldCoder {
  mutating func text(_ number: Int, _ name: StaticString, _ value: inout String?) throws(RecordError) {
    try text(Field(number: number, name: name, form: .string, isOptional: true), &value)
  }

  mutating func text(_ number: Int, _ name: StaticString, _ value: inout String) throws(RecordError) {
    var text = value.isEmpty ? nil : Optional(value)
    try self.text(Field(number: number, name: name, form: .string, isOptional: false), &text)
    value = text ?? ""
  }

  /// A text that is there even when it is empty.
  mutating func presentText(_ number: Int, _ name: StaticString, _ value: inout String) throws(RecordError) {
    var text = Optional(value)
    try self.text(number, name, &text)
    value = text ?? ""
  }

  mutating func texts(_ number: Int, _ name: StaticString, _ value: inout [String]) throws(RecordError) {
    try texts(Field(number: number, name: name, form: .strings, isOptional: false), &value)
  }

  mutating func bytes(_ number: Int, _ name: StaticString, _ value: inout [UInt8]) throws(RecordError) {
    var bytes = value.isEmpty ? nil : Optional(value)
    try self.bytes(Field(number: number, name: name, form: .bytes, isOptional: false), &bytes)
    value = bytes ?? []
  }

  mutating func flag(_ number: Int, _ name: StaticString, _ value: inout Bool) throws(RecordError) {
    var raw: UInt64? = value ? 1 : nil
    try self.number(Field(number: number, name: name, form: .bool, isOptional: false), &raw)
    value = raw.map { $0 != 0 } ?? false
  }

  /// Signed numbers are stored zigzag, so that those near zero are short.
  mutating func integer<Number: FixedWidthInteger>(
    _ number: Int, _ name: StaticString, _ value: inout Number
  ) throws(RecordError) {
    var raw: UInt64? = value == 0 ? nil : value.stored
    try self.number(Field(number: number, name: name, form: Number.form, isOptional: false), &raw)
    value = raw.map(Number.init(stored:)) ?? 0
  }

  mutating func integer<Number: FixedWidthInteger>(
    _ number: Int, _ name: StaticString, _ value: inout Number?
  ) throws(RecordError) {
    var raw = value?.stored
    try self.number(Field(number: number, name: name, form: Number.form, isOptional: true), &raw)
    value = raw.map(Number.init(stored:))
  }

  /// A word of an enumeration that has no word for 0; a word of a later release is refused.
  mutating func word<Word: RawRepresentable<UInt8>>(
    _ number: Int, _ name: StaticString, _ value: inout Word
  ) throws(RecordError) {
    var word = Optional(value)
    try self.word(number, name, &word)
    guard let word else { throw .malformed("\(name) 0") }
    value = word
  }

  /// 0 is no word.
  mutating func word<Word: RawRepresentable<UInt8>>(
    _ number: Int, _ name: StaticString, _ value: inout Word?
  ) throws(RecordError) {
    var raw = value.map { UInt64($0.rawValue) }
    try self.number(Field(number: number, name: name, form: .enumeration, isOptional: false), &raw)
    let stored = Int32(truncatingIfNeeded: raw ?? 0)
    value = UInt8(exactly: stored).flatMap(Word.init(rawValue:))
    if value == nil, stored != 0 { throw .malformed("\(name) \(stored)") }
  }
}

extension FixedWidthInteger {
  fileprivate static var form: Field.Form {
    if isSigned { bitWidth == 32 ? .sint32 : .sint64 } else { bitWidth == 32 ? .uint32 : .uint64 }
  }

  fileprivate var stored: UInt64 {
    guard Self.isSigned else { return UInt64(truncatingIfNeeded: self) }
    let wide = Int64(truncatingIfNeeded: self)
    return UInt64(bitPattern: wide << 1 ^ wide >> 63)
  }

  fileprivate init(stored: UInt64) {
    guard Self.isSigned else {
      self.init(truncatingIfNeeded: stored)
      return
    }
    // Bits beyond the width are dropped before the sign is read, as everybody else who reads the format does.
    let raw = Self.bitWidth == 32 ? stored & 0xFFFF_FFFF : stored
    self.init(truncatingIfNeeded: Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
  }
}
