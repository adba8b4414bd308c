import Desk
import Varlink

/// Reads the members of one object. Members that nobody asks for are a later release's, and are passed over.
struct MemberReader: MemberCoder {
  private let object: JSONNode
  /// Where the object stands in the text; empty for the whole.
  private let path: String

  static func read<Value: RuleText>(
    _ node: JSONNode, at path: String = "", _: Value.Type = Value.self
  ) throws(RecordError) -> Value {
    guard node.kind == .object else { throw fault(path, "not an object") }
    var (reader, value) = (MemberReader(object: node, path: path), Value.blank)
    try value.members(&reader)
    return value
  }

  mutating func text(_ name: StaticString, _ value: inout String) throws(RecordError) {
    value = try Self.text(member(name), at: place(name))
  }

  mutating func text(_ name: StaticString, _ value: inout String?) throws(RecordError) {
    if let node = memberIfAny(name) { value = try Self.text(node, at: place(name)) } else { value = nil }
  }

  mutating func texts(_ name: StaticString, _ values: inout [String]) throws(RecordError) {
    values = try elements(name, Self.text)
  }

  mutating func integer(_ name: StaticString, _ value: inout Int) throws(RecordError) {
    value = try Self.integer(member(name), at: place(name))
  }

  mutating func integer(_ name: StaticString, _ value: inout Int?) throws(RecordError) {
    if let node = memberIfAny(name) { value = try Self.integer(node, at: place(name)) } else { value = nil }
  }

  mutating func integers(_ name: StaticString, _ values: inout [Int]) throws(RecordError) {
    values = try elements(name, Self.integer)
  }

  mutating func flag(_ name: StaticString, _ value: inout Bool) throws(RecordError) {
    guard let flag = try member(name).bool else { throw Self.fault(place(name), "neither true nor false") }
    value = flag
  }

  mutating func words<Word: RawRepresentable<UInt8>>(
    _ name: StaticString, _ values: inout [Word]
  ) throws(RecordError) {
    values = try elements(name) { (node, path) throws(RecordError) in
      let number = try Self.integer(node, at: path)
      guard let word = UInt8(exactly: number).flatMap(Word.init(rawValue:)) else {
        throw Self.fault(path, "no \(Word.self) has the number \(number)")
      }
      return word
    }
  }

  mutating func value<Value: TextCodable>(_ name: StaticString, _ value: inout Value) throws(RecordError) {
    let text = try Self.text(member(name), at: place(name))
    guard let read = Value(text: text) else { throw Self.fault(place(name), "not a \(Value.self): \(text)") }
    value = read
  }

  mutating func object<Value: RuleText>(_ name: StaticString, _ value: inout Value) throws(RecordError) {
    value = try Self.read(member(name), at: place(name))
  }

  mutating func objects<Value: RuleText>(_ name: StaticString, _ values: inout [Value]) throws(RecordError) {
    values = try elements(name) { (node, path) throws(RecordError) in try Self.read(node, at: path) }
  }

  mutating func laterObjects<Value: RuleText>(_ name: StaticString, _ values: inout [Value]) throws(RecordError) {
    if memberIfAny(name) == nil { values = [] } else { try objects(name, &values) }
  }

  mutating func laterObject<Value: RuleText & Equatable>(
    _ name: StaticString, _ value: inout Value
  ) throws(RecordError) {
    if memberIfAny(name) == nil { value = .blank } else { try object(name, &value) }
  }

  mutating func laterFlag(_ name: StaticString, _ value: inout Bool) throws(RecordError) {
    if memberIfAny(name) == nil { value = false } else { try flag(name, &value) }
  }

  // MARK: Nodes

  /// Nil for a member that is missing, or null.
  private func memberIfAny(_ name: StaticString) -> JSONNode? {
    object["\(name)"].flatMap { $0.kind == .null ? nil : $0 }
  }

  private func member(_ name: StaticString) throws(RecordError) -> JSONNode {
    guard let node = memberIfAny(name) else { throw Self.fault(place(name), "missing") }
    return node
  }

  private func elements<Element>(
    _ name: StaticString, _ read: (JSONNode, String) throws(RecordError) -> Element
  ) throws(RecordError) -> [Element] {
    let (list, place) = (try member(name), place(name))
    guard list.kind == .array else { throw Self.fault(place, "not a list") }
    var elements: [Element] = []
    for node in list.elements { elements.append(try read(node, "\(place)[\(elements.count)]")) }
    return elements
  }

  private static func text(_ node: JSONNode, at path: String) throws(RecordError) -> String {
    guard let text = node.string else { throw fault(path, "not a text") }
    return text
  }

  private static func integer(_ node: JSONNode, at path: String) throws(RecordError) -> Int {
    guard let number = node.integer.flatMap({ Int(exactly: $0) }) else { throw fault(path, "not an integer") }
    return number
  }

  private func place(_ name: StaticString) -> String { path.isEmpty ? "\(name)" : "\(path).\(name)" }

  private static func fault(_ path: String, _ what: String) -> RecordError {
    .malformed("rules: \(path.isEmpty ? "the text" : path): \(what)")
  }
}
