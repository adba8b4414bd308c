/// JSON with its members in the order in which the types declare them, so that the same answer reads the same every
/// time.
enum JSONText {
  static func encode(_ value: some Encodable) throws -> String {
    let node = JSONNode()
    try value.encode(to: OrderedEncoder(node: node))
    var text = ""
    node.write(to: &text)
    return text
  }

  static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20: text += scalar.value < 0x10 ? "\\u000\(hex(scalar))" : "\\u00\(hex(scalar))"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  private static func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16) }
}

private final class JSONNode {
  enum Value {
    case literal(String)
    case array([JSONNode])
    case object([(key: String, value: JSONNode)])
  }

  var value = Value.literal("null")

  func write(to text: inout String) {
    switch value {
    case .literal(let literal): text += literal
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        text += JSONText.quoted(member.key) + ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  func add(_ key: String) -> JSONNode {
    let node = JSONNode()
    guard case .object(var members) = value else {
      value = .object([(key, node)])
      return node
    }
    value = .literal("null")
    members.append((key, node))
    value = .object(members)
    return node
  }

  func addItem() -> JSONNode {
    let node = JSONNode()
    guard case .array(var items) = value else {
      value = .array([node])
      return node
    }
    value = .literal("null")
    items.append(node)
    value = .array(items)
    return node
  }

  func set(_ value: some Encodable) throws {
    switch value {
    case let string as String: self.value = .literal(JSONText.quoted(string))
    case let bool as Bool: self.value = .literal(bool ? "true" : "false")
    case let integer as any FixedWidthInteger: self.value = .literal("\(integer)")
    case let number as Double: self.value = .literal(number.isFinite ? "\(number)" : "null")
    case let number as Float: self.value = .literal(number.isFinite ? "\(number)" : "null")
    default: try value.encode(to: OrderedEncoder(node: self))
    }
  }
}

private struct OrderedEncoder: Encoder {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .object = node.value {} else { node.value = .object([]) }
    return KeyedEncodingContainer(Keyed(node: node))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.value = .array([])
    return Unkeyed(node: node)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { node.add(key.stringValue).value = .literal("null") }
  func encode(_ value: some Encodable, forKey key: Key) throws { try node.add(key.stringValue).set(value) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested>
  {
    OrderedEncoder(node: node.add(key.stringValue)).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    OrderedEncoder(node: node.add(key.stringValue)).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { OrderedEncoder(node: node.add("super")) }
  func superEncoder(forKey key: Key) -> any Encoder { OrderedEncoder(node: node.add(key.stringValue)) }
}

private struct Unkeyed: UnkeyedEncodingContainer {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .array(let items) = node.value { items.count } else { 0 } }

  func encodeNil() { node.addItem().value = .literal("null") }
  func encode(_ value: some Encodable) throws { try node.addItem().set(value) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    OrderedEncoder(node: node.addItem()).container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    OrderedEncoder(node: node.addItem()).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { OrderedEncoder(node: node.addItem()) }
}

private struct Single: SingleValueEncodingContainer {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { node.value = .literal("null") }
  func encode(_ value: some Encodable) throws { try node.set(value) }
}
