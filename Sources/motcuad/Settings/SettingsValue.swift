import Synchronization
import TOMLKit

/// A value of a file of settings, copied out of the parser's objects.
enum SettingsValue: Sendable {
  case string(String)
  case int(Int)
  case bool(Bool)
  case array([SettingsValue])
  case table([String: SettingsValue])
  /// A key that the parser takes for two, because it is composed once and once not.
  case twice
  /// A value that no setting has: a date, a time, a fraction, one that lies too deep, or one that the parser cannot
  /// find.
  case other

  /// How many tables and arrays may lie in each other; settings need three.
  private static let depthMax = 32

  private init(_ value: any TOMLValueConvertible, depth: Int) {
    guard depth < Self.depthMax else {
      self = .other
      return
    }
    self =
      switch value.type {
      case .string: value.string.map { .string($0) } ?? .other
      case .int: value.int.map { .int($0) } ?? .other
      case .bool: value.bool.map { .bool($0) } ?? .other
      case .array: value.array.map { .array($0.map { SettingsValue($0, depth: depth + 1) }) } ?? .other
      case .table: value.table.map { .table(Self.entries(of: $0, depth: depth + 1)) } ?? .other
      default: .other
      }
  }

  private static func entries(of table: TOMLTable, depth: Int) -> [String: SettingsValue] {
    var entries: [String: SettingsValue] = [:]
    for key in table.keys {
      // The parser lists a key with a NUL and does not find it.
      let value = table[key].map { SettingsValue($0, depth: depth) } ?? .other
      entries[key] = entries[key] == nil ? value : .twice
    }
    return entries
  }

  private static let known = Mutex<[String: (text: String, entries: [String: SettingsValue])]>([:])

  /// The entries of a text. It is parsed only when it differs from the last text under its name, because TOMLKit frees
  /// nothing that it has read.
  ///
  /// - Throws: `TOMLParseError`.
  static func entries(of text: String, named name: String) throws -> [String: SettingsValue] {
    if let last = known.withLock({ $0[name] }), last.text.utf8.elementsEqual(text.utf8) { return last.entries }
    let entries = entries(of: try TOMLTable(string: text), depth: 0)
    known.withLock { $0[name] = (text, entries) }
    return entries
  }

  var string: String? { if case .string(let string) = self { string } else { nil } }
  var int: Int? { if case .int(let int) = self { int } else { nil } }
  var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
  var array: [SettingsValue]? { if case .array(let array) = self { array } else { nil } }
  var table: [String: SettingsValue]? { if case .table(let table) = self { table } else { nil } }
}
