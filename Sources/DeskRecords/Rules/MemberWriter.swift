import Desk
import Varlink

/// Writes the members of one object.
struct MemberWriter: MemberCoder {
  private var json = JSONWriter()

  /// The text of a value, from brace to brace.
  static func json(of value: some RuleText) -> [UInt8] {
    var (writer, value) = (MemberWriter(), value)
    writer.json.open()
    value.members(&writer)
    writer.json.close()
    return writer.json.bytes
  }

  mutating func text(_ name: StaticString, _ value: inout String) { json.member(name, value) }
  mutating func text(_ name: StaticString, _ value: inout String?) { json.member(name, value) }
  mutating func texts(_ name: StaticString, _ values: inout [String]) { json.member(name, values) }
  mutating func integer(_ name: StaticString, _ value: inout Int) { json.member(name, value) }
  mutating func integer(_ name: StaticString, _ value: inout Int?) { json.member(name, value) }
  mutating func integers(_ name: StaticString, _ values: inout [Int]) { json.member(name, values) }
  mutating func flag(_ name: StaticString, _ value: inout Bool) { json.member(name, value) }

  mutating func words<Word: RawRepresentable<UInt8>>(_ name: StaticString, _ values: inout [Word]) {
    json.member(name, values.map { Int($0.rawValue) })
  }

  mutating func value(_ name: StaticString, _ value: inout some TextCodable) { json.member(name, value.text) }

  mutating func object(_ name: StaticString, _ value: inout some RuleText) {
    json.member(name, json: Self.json(of: value))
  }

  mutating func objects<Value: RuleText>(_ name: StaticString, _ values: inout [Value]) {
    var list = [UInt8(ascii: "[")]
    for (index, value) in values.enumerated() {
      if index > 0 { list.append(UInt8(ascii: ",")) }
      list += Self.json(of: value)
    }
    list.append(UInt8(ascii: "]"))
    json.member(name, json: list)
  }

  mutating func laterObjects<Value: RuleText>(_ name: StaticString, _ values: inout [Value]) {
    if !values.isEmpty { objects(name, &values) }
  }

  mutating func laterObject<Value: RuleText & Equatable>(_ name: StaticString, _ value: inout Value) {
    if value != .blank { object(name, &value) }
  }

  mutating func laterFlag(_ name: StaticString, _ value: inout Bool) {
    if value { flag(name, &value) }
  }
}
