import Desk

/// A row of the views that cannot be read. The daemon writes nothing more then and ends, and its next start builds the
/// views anew from the ledger.
public struct RowError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String {
    "a row of the views cannot be read; the next start builds the views anew"
  }
}

/// Fields one after the other: numbers as variable-length integers, strings with their length, optionals with a flag.
struct RowWriter {
  var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(256) }

  mutating func put(_ value: some FixedWidthInteger) {
    let wide = Int64(truncatingIfNeeded: value)
    var rest = UInt64(bitPattern: wide << 1 ^ wide >> 63)
    if rest < 0x80 { return bytes.append(UInt8(rest)) }
    bytes.append(addingCapacity: 10) { bytes in
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
  }

  mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }
  mutating func put(_ value: Timestamp) { put(value.microseconds) }

  mutating func put(_ value: String) {
    let text = value.utf8.span
    put(text.count)
    text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ value: String?) {
    if let value {
      put(true)
      put(value)
    } else {
      put(false)
    }
  }

  mutating func put<Value>(_ value: Value?, _ body: (inout RowWriter, Value) -> Void) {
    put(value != nil)
    if let value { body(&self, value) }
  }

  mutating func put<Element>(_ values: [Element], _ body: (inout RowWriter, Element) -> Void) {
    put(values.count)
    for value in values { body(&self, value) }
  }
}

struct RowReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { index == bytes.count }

  mutating func number<Number: FixedWidthInteger>() throws(RowError) -> Number {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard index < bytes.count, shift < 64 else { throw RowError() }
      let byte = bytes[index]
      index += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return Number(truncatingIfNeeded: Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1))
  }

  mutating func bool() throws(RowError) -> Bool {
    guard index < bytes.count, bytes[index] <= 1 else { throw RowError() }
    defer { index += 1 }
    return bytes[index] == 1
  }

  mutating func time() throws(RowError) -> Timestamp { Timestamp(microseconds: try number()) }

  mutating func string() throws(RowError) -> String {
    let count: Int = try number()
    guard count >= 0, count <= bytes.count - index else { throw RowError() }
    let range = index..<index + count
    index += count
    return bytes.span.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  mutating func optionalString() throws(RowError) -> String? {
    try bool() ? try string() : nil
  }

  mutating func optional<Value>(_ body: (inout RowReader) throws(RowError) -> Value) throws(RowError) -> Value? {
    try bool() ? try body(&self) : nil
  }

  mutating func array<Element>(_ body: (inout RowReader) throws(RowError) -> Element) throws(RowError) -> [Element] {
    let count: Int = try number()
    guard count >= 0, count <= bytes.count - index else { throw RowError() }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }
}
