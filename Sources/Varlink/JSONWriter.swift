/// Writes values as JSON text, straight into bytes, the members of an object in the order in which they are given.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  /// Whether whoever writes an object gives its members in the order of their names, so that equal values are equal text
  /// whatever order they are declared in.
  public let isSorted: Bool

  public init(isSorted: Bool = false) {
    self.isSorted = isSorted
    bytes.reserveCapacity(512)
  }

  /// - Parameter name: what the text stands behind, with a NUL between them.
  public init(isSorted: Bool, of name: String) {
    self.init(isSorted: isSorted)
    bytes.append(contentsOf: name.utf8)
    bytes.append(0)
  }

  /// The text of one object.
  public static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    json.open()
    members(&json)
    json.close()
    return json.bytes
  }

  // MARK: Objects

  public mutating func open() { bytes.append(UInt8(ascii: "{")) }
  public mutating func close() { bytes.append(UInt8(ascii: "}")) }

  public mutating func member(_ name: StaticString, _ value: String) {
    let text = value.utf8.span
    guard PlainText.endOfUnescaped(in: text, from: 0) == text.count else {
      key(name)
      write(value)
      return
    }
    member(name, text.count + 2) { json in
      json.append(UInt8(ascii: "\""))
      text.withUnsafeBufferPointer { json.append(copying: $0) }
      json.append(UInt8(ascii: "\""))
    }
  }

  /// Nothing where there is no value; so it is with all that may be missing.
  public mutating func member(_ name: StaticString, _ value: String?) {
    if let value { member(name, value) }
  }

  public mutating func member(_ name: StaticString, _ value: Int) {
    let number = UInt64(value.magnitude)
    member(name, 20) { json in
      if value < 0 { json.append(UInt8(ascii: "-")) }
      json.append(digitsOf: number)
    }
  }

  public mutating func member(_ name: StaticString, _ value: Int?) {
    if let value { member(name, value) }
  }

  public mutating func member(_ name: StaticString, _ value: Bool) {
    let word: StaticString = value ? "true" : "false"
    member(name, 5) { json in word.withUTF8Buffer { json.append(copying: $0) } }
  }

  public mutating func member(_ name: StaticString, _ value: Bool?) {
    if let value { member(name, value) }
  }

  @inlinable
  public mutating func member(_ name: StaticString, _ value: some JSONWritable) {
    key(name)
    value.write(to: &self)
  }

  @inlinable
  public mutating func member<Value: JSONWritable>(_ name: StaticString, _ value: Value?) {
    if let value { member(name, value) }
  }

  @inlinable
  public mutating func member(_ name: StaticString, _ values: [some JSONWritable]) {
    key(name)
    write(values)
  }

  @inlinable
  public mutating func member<Value: JSONWritable>(_ name: StaticString, _ values: [Value]?) {
    if let values { member(name, values) }
  }

  /// A text of so many bytes at the most, in which nothing has to be escaped.
  public mutating func member(
    _ name: StaticString, plainUpTo count: Int, _ text: (inout OutputSpan<UInt8>) -> Void
  ) {
    member(name, count + 2) { json in
      json.append(UInt8(ascii: "\""))
      text(&json)
      json.append(UInt8(ascii: "\""))
    }
  }

  /// - Parameter json: a whole JSON value.
  public mutating func member(_ name: StaticString, json: [UInt8]) {
    key(name)
    bytes.append(contentsOf: json)
  }

  /// A comma before what is not the first in its container. Only an opening brace or bracket ends in one, because strings
  /// end in their quotes; so the byte before tells.
  @usableFromInline
  mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
  }

  private var isFirst: Bool {
    guard let last = bytes.last else { return false }
    return last == UInt8(ascii: "{") || last == UInt8(ascii: "[")
  }

  @usableFromInline
  mutating func key(_ name: StaticString) { member(name, 0) { _ in } }

  /// A member's name and its value, which takes so many bytes at the most, in one go.
  @inline(__always)
  private mutating func member(_ name: StaticString, _ count: Int, _ value: (inout OutputSpan<UInt8>) -> Void) {
    let isFirst = isFirst
    bytes.append(addingCapacity: name.utf8CodeUnitCount + 4 + count) { json in
      if !isFirst { json.append(UInt8(ascii: ",")) }
      json.append(UInt8(ascii: "\""))
      json.append(copying: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
      json.append(UInt8(ascii: "\""))
      json.append(UInt8(ascii: ":"))
      value(&json)
    }
  }

  // MARK: Values

  @inlinable
  public mutating func write(_ values: [some JSONWritable]) {
    openArray()
    for value in values {
      separate()
      value.write(to: &self)
    }
    closeArray()
  }

  @usableFromInline
  mutating func openArray() { bytes.append(UInt8(ascii: "[")) }
  @usableFromInline
  mutating func closeArray() { bytes.append(UInt8(ascii: "]")) }

  public mutating func write(_ bool: Bool) {
    let word: StaticString = bool ? "true" : "false"
    word.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  public mutating func write(_ number: Int) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    write(UInt64(number.magnitude))
  }

  public mutating func write(_ number: UInt64) {
    bytes.append(addingCapacity: 20) { $0.append(digitsOf: number) }
  }

  /// With a point or an exponent, so that no reader takes it for an integer. JSON has no infinity, which becomes null.
  public mutating func write(_ number: Double) {
    bytes.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
  }

  public mutating func write(_ string: String) { Self.append(string, to: &bytes) }

  /// A string as JSON writes it.
  public static func quoted(_ string: String) -> String {
    var text: [UInt8] = []
    append(string, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    let bytes = string.utf8.span
    var written = 0
    while true {
      let end = PlainText.endOfUnescaped(in: bytes, from: written)
      if end > written { append(bytes.extracting(written..<end), to: &text) }
      if end == bytes.count { break }
      append(escaping: bytes[end], to: &text)
      written = end + 1
    }
    text.append(UInt8(ascii: "\""))
  }

  private static func append(_ plain: Span<UInt8>, to text: inout [UInt8]) {
    plain.withUnsafeBufferPointer { text.append(contentsOf: $0) }
  }

  private static func append(escaping byte: UInt8, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: text.append(UInt8(ascii: "b"))
    case 0x09: text.append(UInt8(ascii: "t"))
    case 0x0A: text.append(UInt8(ascii: "n"))
    case 0x0C: text.append(UInt8(ascii: "f"))
    case 0x0D: text.append(UInt8(ascii: "r"))
    case 0..<0x20:
      text.append(contentsOf: "u00".utf8)
      for digit in [byte >> 4, byte & 15] { text.append(digit + UInt8(ascii: digit < 10 ? "0" : "W")) }
    default: text.append(byte)
    }
  }
}

// There is room for what is put.
extension OutputSpan<UInt8> {
  @inline(__always)
  fileprivate mutating func append(copying bytes: UnsafeBufferPointer<UInt8>) {
    withUnsafeMutableBufferPointer { buffer, count in
      _ = UnsafeMutableBufferPointer(rebasing: buffer[count...]).update(fromContentsOf: bytes)
      count += bytes.count
    }
  }

  fileprivate mutating func append(digitsOf number: UInt64) {
    if number < 10 { return append(UInt8(ascii: "0") + UInt8(number)) }
    var unit: UInt64 = 10
    while number / unit >= 10 { unit *= 10 }
    while unit > 0 {
      append(UInt8(ascii: "0") + UInt8(number / unit % 10))
      unit /= 10
    }
  }
}
