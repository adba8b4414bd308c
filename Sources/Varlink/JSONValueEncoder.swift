struct JSONValueEncoder: Encoder {
  let output: JSONOutput
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    output.begin("{", "}")
    return KeyedEncodingContainer(Keyed<Key>(output: output, depth: output.depth))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    output.begin("[", "]")
    return Unkeyed(output: output, depth: output.depth)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(output: output) }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    private func key(_ key: Key) -> JSONOutput {
      output.key(key.stringValue, in: depth)
      return output
    }

    func encodeNil(forKey key: Key) { self.key(key).writeNull() }
    func encode(_ value: Bool, forKey key: Key) { self.key(key).write(value) }
    func encode(_ value: String, forKey key: Key) { self.key(key).write(value) }
    func encode(_ value: Double, forKey key: Key) throws { try self.key(key).write(number: value) }
    func encode(_ value: Float, forKey key: Key) throws { try self.key(key).write(number: value) }
    func encode(_ value: Int, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: Int8, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: Int16, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: Int32, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: Int64, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: UInt, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: UInt8, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: UInt16, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: UInt32, forKey key: Key) { self.key(key).write(number: value) }
    func encode(_ value: UInt64, forKey key: Key) { self.key(key).write(number: value) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try self.key(key).write(value: value) }

    func nestedContainer<Nested: CodingKey>(
      keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
      JSONValueEncoder(output: self.key(key)).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      JSONValueEncoder(output: self.key(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
      output.key("super", in: depth)
      return JSONValueEncoder(output: output)
    }

    func superEncoder(forKey key: Key) -> any Encoder { JSONValueEncoder(output: self.key(key)) }
  }

  private struct Unkeyed: UnkeyedEncodingContainer {
    let output: JSONOutput
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    private(set) var count = 0

    init(output: JSONOutput, depth: Int) {
      self.output = output
      self.depth = depth
    }

    private mutating func next() -> JSONOutput {
      count += 1
      output.next(in: depth)
      return output
    }

    mutating func encodeNil() { next().writeNull() }
    mutating func encode<T: Encodable>(_ value: T) throws { try next().write(value: value) }

    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy keyType: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
      JSONValueEncoder(output: next()).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      JSONValueEncoder(output: next()).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { JSONValueEncoder(output: next()) }
  }

  private struct Single: SingleValueEncodingContainer {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { output.writeNull() }
    func encode(_ value: Bool) { output.write(value) }
    func encode(_ value: String) { output.write(value) }
    func encode(_ value: Double) throws { try output.write(number: value) }
    func encode(_ value: Float) throws { try output.write(number: value) }
    func encode(_ value: Int) { output.write(number: value) }
    func encode(_ value: Int8) { output.write(number: value) }
    func encode(_ value: Int16) { output.write(number: value) }
    func encode(_ value: Int32) { output.write(number: value) }
    func encode(_ value: Int64) { output.write(number: value) }
    func encode(_ value: UInt) { output.write(number: value) }
    func encode(_ value: UInt8) { output.write(number: value) }
    func encode(_ value: UInt16) { output.write(number: value) }
    func encode(_ value: UInt32) { output.write(number: value) }
    func encode(_ value: UInt64) { output.write(number: value) }
    func encode<T: Encodable>(_ value: T) throws { try output.write(value: value) }
  }
}
