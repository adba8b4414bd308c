import Desk

@testable import DeskRecords

/// Only notes what it is led through, whether there is a value or not, and looks into one element of every list.
struct MemberList: MemberCoder {
  private(set) var paths: Set<String> = []
  /// The objects that it is in, each with a point after it.
  private let folder: String

  private init(_ folder: String) { self.folder = folder }

  /// The paths of what is in the text of a value, such as `rules.holds.reason.vi`: an object's own is left out, those of what
  /// is in it stand for it.
  static func paths<Value: RuleText>(of _: Value.Type, in folder: String = "") -> Set<String> {
    var (list, value) = (MemberList(folder), Value.blank)
    value.members(&list)
    return list.paths
  }

  private mutating func note(_ name: StaticString) { paths.insert(folder + "\(name)") }
  private mutating func note<Value: RuleText>(_ name: StaticString, _: Value.Type) {
    paths.formUnion(Self.paths(of: Value.self, in: folder + "\(name)."))
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
