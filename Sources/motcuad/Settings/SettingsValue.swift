import Synchronization
import TOMLKit

/// What a file of settings says, taken out of the parser's hands.
enum SettingsValue: Sendable {
  case string(String)
  case int(Int)
  case bool(Bool)
  case array([SettingsValue])
  case table([String: SettingsValue])
  /// Dates, times and fractions, of which there are none in settings.
  case other

  private init(_ value: any TOMLValueConvertible) {
    self =
      switch value.type {
      case .string: value.string.map { .string($0) } ?? .other
      case .int: value.int.map { .int($0) } ?? .other
      case .bool: value.bool.map { .bool($0) } ?? .other
      case .array: value.array.map { .array($0.map { SettingsValue($0) }) } ?? .other
      case .table: value.table.map { .table(Self.entries(of: $0)) } ?? .other
      default: .other
      }
  }

  private static func entries(of table: TOMLTable) -> [String: SettingsValue] {
    Dictionary(table.map { ($0.0, SettingsValue($0.1)) }) { first, _ in first }
  }

  /// The files as they were last read, by their paths. TOMLKit frees nothing that it has read, so that a daemon which is
  /// told to reload every day would grow by all of its files each time: what has not changed is not parsed again.
  private static let read = Mutex<[String: (text: String, entries: [String: SettingsValue])]>([:])

  /// - Throws: `TOMLParseError`.
  static func entries(of text: String, path: String) throws -> [String: SettingsValue] {
    if let known = read.withLock({ $0[path] }), known.text.utf8.elementsEqual(text.utf8) { return known.entries }
    let entries = entries(of: try TOMLTable(string: text))
    read.withLock { $0[path] = (text, entries) }
    return entries
  }

  var string: String? { if case .string(let string) = self { string } else { nil } }
  var int: Int? { if case .int(let int) = self { int } else { nil } }
  var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
  var array: [SettingsValue]? { if case .array(let array) = self { array } else { nil } }
  var table: [String: SettingsValue]? { if case .table(let table) = self { table } else { nil } }
}
