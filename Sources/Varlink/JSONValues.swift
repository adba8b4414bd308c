/// What can be read from JSON that passed the gate.
public protocol JSONReadable {
  init(from cursor: inout JSONCursor) throws(InterfaceMismatch)
}

/// What can be written as JSON.
public protocol JSONWritable {
  /// Writes one value.
  func write(to json: inout JSONWriter)
}

extension JSONReadable {
  /// Reads a value of a text that passed the gate.
  @inlinable
  public init(_ node: JSONNode, unknown: JSONCursor.Unknown) throws(InterfaceMismatch) {
    var cursor = JSONCursor(node, unknown: unknown)
    try self.init(from: &cursor)
  }

  /// Reads a text, which passes the gate here.
  /// - Throws: `StrictJSON.Failure` or `InterfaceMismatch`.
  public init(json: [UInt8], unknown: JSONCursor.Unknown = .skipped) throws {
    try self.init(try StrictJSON.parse(json), unknown: unknown)
  }
}

extension JSONWritable {
  /// The members of each object in the order in which their type declares them.
  @inlinable
  public var json: [UInt8] {
    var json = JSONWriter()
    write(to: &json)
    return json.bytes
  }

  /// The members of each object in the order of their names, so that equal values give equal text.
  @inlinable
  public var sortedJSON: [UInt8] {
    var json = JSONWriter(isSorted: true)
    write(to: &json)
    return json.bytes
  }

  /// The same behind a name and a NUL.
  @inlinable
  public func sortedJSON(of name: String) -> [UInt8] {
    var json = JSONWriter(isSorted: true, of: name)
    write(to: &json)
    return json.bytes
  }
}

/// A word of an enumeration that an interface declares.
public protocol JSONWord: JSONReadable, JSONWritable, RawRepresentable, Hashable, Sendable, CaseIterable
where RawValue == String {}

extension JSONWord {
  /// Nil for a text that is not this word byte for byte: to Swift two texts are equal that only look the same. Words are
  /// ASCII, in which there are no such two.
  @inlinable
  public init?(exactly text: String) {
    guard text.isASCII, let word = Self(rawValue: text) else { return nil }
    self = word
  }

  @inlinable
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    guard let word = Self(exactly: try cursor.string()) else { throw cursor.mismatch(.notInEnumeration) }
    self = word
  }

  @inlinable
  public func write(to json: inout JSONWriter) { json.write(rawValue) }
}

extension String {
  /// Whether it may be a name of an interface or of a method, or a word. No other text that comes in is compared with one, or
  /// looked up: Swift composes a text first, and takes the square of its length where it is a row of marks.
  public var isASCII: Bool { PlainText.isASCII(utf8.span) }
}

extension String: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) { self = try cursor.string() }
  public func write(to json: inout JSONWriter) { json.write(self) }
}

extension Bool: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) { self = try cursor.bool() }
  public func write(to json: inout JSONWriter) { json.write(self) }
}

extension Int: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) { self = try cursor.integer() }
  public func write(to json: inout JSONWriter) { json.write(self) }
}

extension UInt64: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) { self = try cursor.unsigned() }
  public func write(to json: inout JSONWriter) { json.write(self) }
}

extension Double: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) { self = try cursor.double() }
  public func write(to json: inout JSONWriter) { json.write(self) }
}
