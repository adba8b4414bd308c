import Desk

@testable import DeskRecords

/// Only notes what it is led through, whether there is a value or not, and looks into one element of every list.
struct MemberList: MemberCoder {
  private(set) var names: Set<String> = []

  /// The names in the text of a value, at every depth.
  static func names<Value: RuleText>(of _: Value.Type) -> Set<String> {
    var (list, value) = (MemberList(), Value.blank)
    value.members(&list)
    return list.names
  }

  private mutating func note(_ name: StaticString) { names.insert("\(name)") }
  private mutating func note<Value: RuleText>(_ name: StaticString, _: Value.Type) {
    note(name)
    names.formUnion(Self.names(of: Value.self))
  }

  mutating func text(_ name: StaticString, _: inout String) { note(name) }
  mutating func text(_ name: StaticString, _: inout String?) { note(name) }
  mutating func texts(_ name: StaticString, _: inout [String]) { note(name) }
  mutating func integer(_ name: StaticString, _: inout Int) { note(name) }
  mutating func integer(_ name: StaticString, _: inout Int?) { note(name) }
  mutating func integers(_ name: StaticString, _: inout [Int]) { note(name) }
  mutating func flag(_ name: StaticString, _: inout Bool) { note(name) }
  mutating func words<Word: RawRepresentable<UInt8>>(_ name: StaticString, _: inout [Word]) { note(name) }
  mutating func value(_ name: StaticString, _: inout some TextCodable) { note(name) }
  mutating func object<Value: RuleText>(_ name: StaticString, _: inout Value) { note(name, Value.self) }
  mutating func objects<Value: RuleText>(_ name: StaticString, _: inout [Value]) { note(name, Value.self) }
  mutating func laterObjects<Value: RuleText>(_ name: StaticString, _: inout [Value]) { note(name, Value.self) }
  mutating func laterObject<Value: RuleText & Equatable>(_ name: StaticString, _: inout Value) {
    note(name, Value.self)
  }
  mutating func laterFlag(_ name: StaticString, _: inout Bool) { note(name) }
}
