import Desk
import Foundation
import TOMLKit

/// What is wrong in a file of settings, and where.
struct SettingsError: Error {
  var file: String
  /// From 1; 0 when the whole file is meant.
  var line: Int
  var reason: Text

  func text(_ language: Language) -> String {
    "\(file)\(line > 0 ? ":\(line)" : ""): \(language.pick(reason))"
  }
}

/// A TOML file with its text, so that an error can name the line.
struct SettingsFile {
  let name: String
  let root: SettingsSection

  init(_ directory: String, _ name: String) throws(SettingsError) {
    let path = directory + "/" + name
    let text: String
    do {
      text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    } catch {
      throw SettingsError(
        file: path, line: 0,
        reason: Text(
          vi: "không đọc được tệp; hãy chỉ rõ thư mục cấu hình bằng --config",
          en: "cannot be read; name the configuration directory with --config"))
    }
    try self.init(path: path, text: text)
  }

  init(path: String, text: String) throws(SettingsError) {
    name = path
    do throws(TOMLGuard.Mistake) {
      try TOMLGuard.check(text)
    } catch {
      throw SettingsError(
        file: path, line: error.line,
        reason: Text(vi: "không phải TOML đúng: \(error.what.vi)", en: "is not TOML: \(error.what.en)"))
    }
    do {
      let table = try SettingsValue.entries(of: text, named: path)
      root = SettingsSection(
        file: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), table: table,
        path: [])
    } catch let error as TOMLParseError {
      throw SettingsError(
        file: path, line: error.source.begin.line,
        reason: Text(vi: "không phải TOML đúng: \(error.description)", en: "is not TOML: \(error.description)"))
    } catch {
      throw SettingsError(
        file: path, line: 0, reason: Text(vi: "không đọc được: \(error)", en: "cannot be read: \(error)"))
    }
  }
}

/// One table of a file. It remembers which keys were asked for: `finish` takes any other for a spelling mistake.
final class SettingsSection {
  private let file: String
  private let lines: [String]
  private let table: [String: SettingsValue]
  /// The names of the tables that it lies in, each with its index among those of that name.
  private let path: [(name: String, index: Int)]
  private var asked: Set<String> = []

  init(file: String, lines: [String], table: [String: SettingsValue], path: [(name: String, index: Int)]) {
    self.file = file
    self.lines = lines
    self.table = table
    self.path = path
  }

  func error(_ key: String, _ vi: String, _ en: String) -> SettingsError {
    SettingsError(file: file, line: line(of: key), reason: Text(vi: vi, en: en))
  }

  func optionalString(_ key: String) throws(SettingsError) -> String? {
    guard let value = value(key) else { return nil }
    guard let string = value.string else { throw error(key, "“\(key)” phải là chuỗi", "\(key) must be a string") }
    return string
  }

  func string(_ key: String) throws(SettingsError) -> String {
    guard let string = try optionalString(key) else { throw missing(key) }
    guard !string.allSatisfy(\.isWhitespace) else { throw error(key, "“\(key)” để trống", "\(key) is empty") }
    return string
  }

  func int(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws(SettingsError) -> Int {
    guard let int = try optionalInt(key, in: range) ?? fallback else { throw missing(key) }
    return int
  }

  func optionalInt(_ key: String, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
    guard let value = value(key) else { return nil }
    guard let int = value.int, range.contains(int) else {
      throw error(
        key, "“\(key)” phải là số nguyên từ \(range.lowerBound) đến \(range.upperBound)",
        "\(key) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return int
  }

  func bool(_ key: String) throws(SettingsError) -> Bool {
    guard let bool = try optionalBool(key) else { throw missing(key) }
    return bool
  }

  func optionalBool(_ key: String) throws(SettingsError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let bool = value.bool else {
      throw error(key, "“\(key)” phải là true hoặc false", "\(key) must be true or false")
    }
    return bool
  }

  func strings(_ key: String) throws(SettingsError) -> [String] {
    guard let value = value(key) else { return [] }
    let strings = value.array?.compactMap(\.string)
    guard let strings, strings.count == value.array?.count else {
      throw error(key, "“\(key)” phải là danh sách chuỗi", "\(key) must be a list of strings")
    }
    return strings
  }

  func ints(_ key: String, in range: ClosedRange<Int>) throws(SettingsError) -> [Int] {
    guard let value = value(key) else { throw missing(key) }
    let ints = value.array?.compactMap(\.int)
    guard let ints, ints.count == value.array?.count, !ints.isEmpty, ints.allSatisfy({ range.contains($0) }) else {
      throw error(
        key, "“\(key)” phải là danh sách số từ \(range.lowerBound) đến \(range.upperBound)",
        "\(key) must be a list of numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return ints
  }

  /// A value that is written as text and read by a type of the desk.
  func parsed<Value>(
    _ key: String, _ example: String, _ parse: (String) -> Value?
  ) throws(SettingsError) -> Value {
    let text = try string(key)
    guard let value = parse(text) else {
      throw error(
        key, "“\(key)”: không hiểu “\(text)”, ví dụ đúng: \(example)",
        "\(key): “\(text)” is not understood; write it like \(example)")
    }
    return value
  }

  func section(_ key: String) throws(SettingsError) -> SettingsSection {
    guard let value = value(key) else { throw missing(key) }
    guard let table = value.table else { throw error(key, "“\(key)” phải là một bảng", "\(key) must be a table") }
    return SettingsSection(file: file, lines: lines, table: table, path: path + [(key, 0)])
  }

  func optionalSection(_ key: String) throws(SettingsError) -> SettingsSection? {
    value(key) == nil ? nil : try section(key)
  }

  func sections(_ key: String) throws(SettingsError) -> [SettingsSection] {
    guard let value = value(key) else { return [] }
    let tables = value.array?.compactMap(\.table)
    guard let tables, tables.count == value.array?.count else {
      throw error(key, "“\(key)” phải là các bảng [[\(key)]]", "\(key) must be tables, [[\(key)]]")
    }
    return tables.enumerated().map {
      SettingsSection(file: file, lines: lines, table: $1, path: path + [(key, $0)])
    }
  }

  func text() throws(SettingsError) -> Text { Text(vi: try string("vi"), en: try string("en")) }

  /// The entries of a table whose keys are words of an imported file and not ours.
  func words() throws(SettingsError) -> [String: String] {
    var words: [String: String] = [:]
    for key in table.keys.sorted() {
      if case .twice = table[key] {
        throw error(
          key, "“\(key)” có hai lần, một lần viết bằng chữ dựng sẵn, một lần bằng chữ tổ hợp; hãy giữ một",
          "“\(key)” is there twice, once composed and once not: keep one")
      }
      words[key] = try string(key)
    }
    return words
  }

  /// Refuses keys that nobody asked for.
  func finish() throws(SettingsError) {
    guard let unknown = table.keys.sorted().filter({ !asked.contains($0) }).min(by: { line(of: $0) < line(of: $1) })
    else {
      return
    }
    throw error(
      unknown, "không biết khóa “\(unknown)”; các khóa được dùng: \(asked.sorted().joined(separator: ", "))",
      "unknown key “\(unknown)”; known here: \(asked.sorted().joined(separator: ", "))")
  }

  private func missing(_ key: String) -> SettingsError {
    if let misspelt = table.keys.sorted().first(where: { !asked.contains($0) && $0.isMisspelling(of: key) }) {
      return error(
        misspelt, "không biết khóa “\(misspelt)”; có phải “\(key)”?", "unknown key “\(misspelt)”; is it “\(key)”?")
    }
    return error(key, "thiếu “\(key)”", "\(key) is missing")
  }

  private func value(_ key: String) -> SettingsValue? {
    asked.insert(key)
    return table[key]
  }

  /// The line of the key, or of the table's header when it has no such key; found in the text, because the parser keeps
  /// no places.
  private func line(of key: String) -> Int {
    var seen: [String: Int] = [:]
    var header: [String] = []
    var headerLine = 1
    var best = path.isEmpty ? 1 : 0
    let wanted = path.map(\.name)
    for (offset, line) in lines.enumerated() {
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      if trimmed.hasPrefix("[") {
        let name = trimmed.drop { $0 == "[" }.prefix { $0 != "]" }
        header = name.split(separator: ".").map { $0.trimmingCharacters(in: .whitespaces) }
        if trimmed.hasPrefix("[[") { seen[header.joined(separator: "."), default: -1] += 1 }
        headerLine = offset + 1
      }
      guard header == wanted, matches(header, seen) else {
        if header == wanted + [key], matches(Array(wanted), seen) { return headerLine }
        continue
      }
      if best == 0 { best = headerLine }
      let name = trimmed.prefix { $0 != "=" && $0 != " " }
      if name.trimmingCharacters(in: CharacterSet(charactersIn: "\"'")) == key { return offset + 1 }
    }
    return best
  }

  private func matches(_ header: [String], _ seen: [String: Int]) -> Bool {
    for depth in path.indices.prefix(header.count) {
      let name = header[...depth].joined(separator: ".")
      if let index = seen[name], index != path[depth].index { return false }
    }
    return true
  }
}

extension String {
  /// Alike but for two letters at the most: added, left out, or changed.
  fileprivate func isMisspelling(of other: String) -> Bool {
    let (left, right) = (Array(utf8), Array(other.utf8))
    var distances = Array(0...right.count)
    for row in 0..<left.count {
      var diagonal = distances[0]
      distances[0] = row + 1
      for column in 0..<right.count {
        let replaced = diagonal + (left[row] == right[column] ? 0 : 1)
        diagonal = distances[column + 1]
        distances[column + 1] = Swift.min(replaced, diagonal + 1, distances[column] + 1)
      }
    }
    return distances[right.count] <= 2
  }
}
