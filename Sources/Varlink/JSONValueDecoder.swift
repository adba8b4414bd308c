/// Reads typed values out of a text that passed the gate. Nothing is converted: a number is no string, `1.0` no integer.
struct JSONValueDecoder: Decoder {
  let node: JSONNode
  /// Empty: the place of a value is told by its byte, which costs nothing until something is wrong.
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard node.kind == .object else { throw mismatch([String: String].self) }
    return KeyedDecodingContainer(Keyed<Key>(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard node.kind == .array else { throw mismatch([String].self) }
    return Unkeyed(decoder: self, elements: Array(node.elements))
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

  private func mismatch(_ type: Any.Type) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: [], debugDescription: "there is something of the kind \(node.kind) at byte \(node.offset)")
    return node.kind == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }

  fileprivate func bool() throws -> Bool {
    guard let bool = node.bool else { throw mismatch(Bool.self) }
    return bool
  }

  fileprivate func string() throws -> String {
    guard let string = node.string else { throw mismatch(String.self) }
    return string
  }

  fileprivate func integer<Number: FixedWidthInteger>() throws -> Number {
    guard let number: Number = node.number() else { throw mismatch(Number.self) }
    return number
  }

  fileprivate func double() throws -> Double {
    guard let double = node.double else { throw mismatch(Double.self) }
    return double
  }

  func value<T: Decodable>(_ type: T.Type) throws -> T {
    // Without a container of its own for each string.
    if type == String.self, let string = try string() as? T { return string }
    return try T(from: self)
  }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: JSONValueDecoder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { decoder.node.members.compactMap { $0.key.string.flatMap(Key.init(stringValue:)) } }

    private func member(_ key: Key) throws -> JSONValueDecoder {
      guard let node = decoder.node[key.stringValue] else {
        throw DecodingError.keyNotFound(
          key,
          .init(codingPath: [], debugDescription: "the object at byte \(decoder.node.offset) has no \(key.stringValue)")
        )
      }
      return JSONValueDecoder(node: node)
    }

    /// Nil when it is missing or null.
    private func present(_ key: Key) -> JSONValueDecoder? {
      guard let node = decoder.node[key.stringValue], node.kind != .null else { return nil }
      return JSONValueDecoder(node: node)
    }

    func contains(_ key: Key) -> Bool { decoder.node[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try member(key).node.kind == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try member(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try member(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try member(key).double()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).integer() }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try member(key).integer() }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try member(key).integer() }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try member(key).integer() }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try member(key).integer() }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try member(key).integer() }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try member(key).integer() }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try member(key).integer() }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try member(key).integer() }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try member(key).integer() }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try member(key).value(type) }

    // The default looks a key up three times.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.bool() }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.string() }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.integer() }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
      try present(key)?.value(type)
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
      try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try member(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder.node["super"].map { JSONValueDecoder(node: $0) } ?? decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
  }

  private struct Unkeyed: UnkeyedDecodingContainer {
    let decoder: JSONValueDecoder
    let elements: [JSONNode]
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    init(decoder: JSONValueDecoder, elements: [JSONNode]) {
      self.decoder = decoder
      self.elements = elements
    }

    private func element() throws -> JSONValueDecoder {
      guard !isAtEnd else {
        throw DecodingError.valueNotFound(
          JSONNode.self, .init(codingPath: [], debugDescription: "there are only \(elements.count) elements"))
      }
      return JSONValueDecoder(node: elements[currentIndex])
    }

    mutating func decodeNil() throws -> Bool {
      guard try element().node.kind == .null else { return false }
      currentIndex += 1
      return true
    }

    /// The element is passed only when it could be read.
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
      let value = try element().value(type)
      currentIndex += 1
      return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
      let container = try element().container(keyedBy: type)
      currentIndex += 1
      return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      let container = try element().unkeyedContainer()
      currentIndex += 1
      return container
    }

    mutating func superDecoder() throws -> any Decoder {
      defer { currentIndex += 1 }
      return try element()
    }
  }

  private struct Single: SingleValueDecodingContainer {
    let decoder: JSONValueDecoder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { decoder.node.kind == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try decoder.bool() }
    func decode(_ type: String.Type) throws -> String { try decoder.string() }
    func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try decoder.double()) }
    func decode(_ type: Int.Type) throws -> Int { try decoder.integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer() }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.value(type) }
  }
}
