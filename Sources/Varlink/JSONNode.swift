/// The bytes of a checked text and the index of its values, in the order in which they stand.
final class JSONDocument: Sendable {
  /// One value; the children of a container follow it directly.
  struct Entry: Sendable {
    let kind: JSONNode.Kind
    /// For a string: ASCII without escapes. For a number: an integer literal.
    let isPlain: Bool
    /// For a string: whether it has escapes.
    var hasEscapes = false
    let start: Int
    var end: Int
    /// The entry after this value and all that it contains.
    var next: Int

    func string(in bytes: [UInt8]) -> String {
      if hasEscapes { return JSONDocument.unescape(bytes[(start + 1)..<(end - 1)]) }
      // The gate has checked that it is UTF-8.
      let text = bytes.span.extracting((start + 1)..<(end - 1))
      return String(copying: UTF8Span(unchecked: text, isKnownASCII: isPlain))
    }

    /// Whether this is a string with exactly these code units.
    func isString(_ other: StaticString, in bytes: [UInt8]) -> Bool {
      guard kind == .string else { return false }
      return other.withUTF8Buffer { other in
        guard isPlain else { return string(in: bytes).utf8.elementsEqual(other) }
        guard end - start - 2 == other.count else { return false }
        for index in other.indices where bytes[start + 1 + index] != other[index] { return false }
        return true
      }
    }

    /// Nil for what is no number written as an integer, and for one that does not fit.
    func integer<Number: FixedWidthInteger>(in bytes: [UInt8]) -> Number? {
      guard kind == .number, isPlain else { return nil }
      let isNegative = bytes[start] == UInt8(ascii: "-")
      var number: Number = 0
      for position in (isNegative ? start + 1 : start)..<end {
        let digit = Number(truncatingIfNeeded: bytes[position] &- UInt8(ascii: "0"))
        let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
        let (sum, overflows) =
          isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
        guard !isTooLarge, !overflows else { return nil }
        number = sum
      }
      return number
    }

    /// Nil for what is no number, and for one that a double cannot hold.
    func double(in bytes: [UInt8]) -> Double? {
      guard kind == .number, let value = Double(String(decoding: bytes[start..<end], as: UTF8.self)), value.isFinite
      else { return nil }
      return value
    }
  }

  let bytes: [UInt8]
  let entries: [Entry]

  init(bytes: [UInt8], entries: [Entry]) {
    self.bytes = bytes
    self.entries = entries
  }

  static func hexValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// The gate has checked the escapes, so what follows a backslash is known to be there.
  private static func unescape(_ text: ArraySlice<UInt8>) -> String {
    var units: [UInt8] = []
    units.reserveCapacity(text.count)
    var position = text.startIndex
    func hex(at start: Int) -> UInt32 {
      text[start..<(start + 4)].reduce(0) { $0 << 4 | (hexValue($1) ?? 0) }
    }
    while position < text.endIndex {
      guard text[position] == UInt8(ascii: "\\") else {
        units.append(text[position])
        position += 1
        continue
      }
      let escape = text[position + 1]
      position += 2
      switch escape {
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "f"): units.append(0x0C)
      case UInt8(ascii: "n"): units.append(0x0A)
      case UInt8(ascii: "r"): units.append(0x0D)
      case UInt8(ascii: "t"): units.append(0x09)
      case UInt8(ascii: "u"):
        var value = hex(at: position)
        position += 4
        if (0xD800..<0xDC00).contains(value) {
          value = 0x10000 + (value - 0xD800) << 10 + (hex(at: position + 2) - 0xDC00)
          position += 6
        }
        if let scalar = Unicode.Scalar(value) { units.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
      default: units.append(escape)
      }
    }
    return String(decoding: units, as: UTF8.self)
  }
}

/// One value of a text that passed the gate. It keeps the whole text alive and is cheap to copy.
public struct JSONNode: Sendable {
  public enum Kind: UInt8, Sendable {
    case null, `true`, `false`, number, string, array, object
  }

  let document: JSONDocument
  let index: Int

  private var entry: JSONDocument.Entry { document.entries[index] }

  public var kind: Kind { entry.kind }

  /// Where the value starts, in bytes from the start of the text.
  public var offset: Int { entry.start }

  /// The value as it stands in the text, without the space around it.
  public var bytes: ArraySlice<UInt8> { document.bytes[entry.start..<entry.end] }

  /// The content of a string; nil for any other value.
  public var string: String? { kind == .string ? entry.string(in: document.bytes) : nil }

  /// `true` and `false`; nil for any other value.
  public var bool: Bool? {
    switch kind {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The value of a number written as an integer that fits; nil for any other, `1.0` and `1e3` included.
  public var integer: Int64? { entry.integer(in: document.bytes) }

  /// The value of a number that a double can hold; nil for any other value.
  public var double: Double? { entry.double(in: document.bytes) }

  /// The members of an object in their order; empty for any other value.
  public var members: Members {
    Members(document: document, position: index + 1, end: kind == .object ? entry.next : index + 1)
  }

  /// The elements of an array in their order; empty for any other value.
  public var elements: Elements {
    Elements(document: document, position: index + 1, end: kind == .array ? entry.next : index + 1)
  }

  /// The member of an object with this name.
  public subscript(name: String) -> JSONNode? {
    for (key, value) in members where key.isString(name) { return value }
    return nil
  }

  /// Whether this is a string with exactly these code units.
  public func isString(_ other: String) -> Bool {
    guard kind == .string else { return false }
    guard entry.isPlain else { return entry.string(in: document.bytes).utf8.elementsEqual(other.utf8) }
    guard entry.end - entry.start - 2 == other.utf8.count else { return false }
    return document.bytes[(entry.start + 1)..<(entry.end - 1)].elementsEqual(other.utf8)
  }

  func isString(_ other: StaticString) -> Bool { entry.isString(other, in: document.bytes) }

  public struct Members: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    var position: Int
    let end: Int

    public mutating func next() -> (key: JSONNode, value: JSONNode)? {
      guard position < end else { return nil }
      let key = JSONNode(document: document, index: position)
      let value = JSONNode(document: document, index: position + 1)
      position = document.entries[position + 1].next
      return (key, value)
    }
  }

  public struct Elements: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    var position: Int
    let end: Int

    public mutating func next() -> JSONNode? {
      guard position < end else { return nil }
      let element = JSONNode(document: document, index: position)
      position = document.entries[position].next
      return element
    }
  }
}
