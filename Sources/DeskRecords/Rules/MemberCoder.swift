import Desk

/// What goes through the members of an object of the stored text of rules: it writes them, or reads them into the values. So
/// an object has one list of members, and what is written is read by the same names.
///
/// Members are listed by ascending name, which is the order of the text.
protocol MemberCoder {
  associatedtype Failure: Error

  mutating func text(_ name: StaticString, _ value: inout String) throws(Failure)
  /// A member that is not there where there is no value.
  mutating func text(_ name: StaticString, _ value: inout String?) throws(Failure)
  mutating func texts(_ name: StaticString, _ values: inout [String]) throws(Failure)
  mutating func integer(_ name: StaticString, _ value: inout Int) throws(Failure)
  /// A member that is not there where there is no value.
  mutating func integer(_ name: StaticString, _ value: inout Int?) throws(Failure)
  mutating func integers(_ name: StaticString, _ values: inout [Int]) throws(Failure)
  mutating func flag(_ name: StaticString, _ value: inout Bool) throws(Failure)
  /// Words of an enumeration, by their stored numbers.
  mutating func words<Word: RawRepresentable<UInt8>>(_ name: StaticString, _ values: inout [Word]) throws(Failure)
  /// A value that is written as a text of its own syntax.
  mutating func value(_ name: StaticString, _ value: inout some TextCodable) throws(Failure)
  mutating func object(_ name: StaticString, _ value: inout some RuleText) throws(Failure)
  mutating func objects<Value: RuleText>(_ name: StaticString, _ values: inout [Value]) throws(Failure)
  /// A list that came later: an empty one is not written, so that the same rules are the same text as before.
  mutating func laterObjects<Value: RuleText>(_ name: StaticString, _ values: inout [Value]) throws(Failure)
  /// An object that came later: a blank one is not written.
  mutating func laterObject(_ name: StaticString, _ value: inout some RuleText & Equatable) throws(Failure)
  /// A flag that came later: what is off is not written.
  mutating func laterFlag(_ name: StaticString, _ value: inout Bool) throws(Failure)
}
