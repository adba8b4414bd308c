/// Swift, line by line, as swift-format leaves it.
struct SwiftText {
  private static let width = 120

  private(set) var text = ""
  private var depth = 0

  private var margin: String { String(repeating: "  ", count: depth) }

  mutating func line(_ line: String) { text += line.isEmpty ? "\n" : margin + line + "\n" }

  mutating func open(_ line: String) {
    self.line(line)
    depth += 1
  }

  mutating func close(_ line: String = "}") {
    depth -= 1
    self.line(line)
  }

  /// A blank line, unless what it would stand in has only just begun.
  mutating func blank() {
    if !text.hasSuffix("{\n") { line("") }
  }

  /// As documentation, broken anew because it stands deeper here. A blank line begins a paragraph.
  mutating func comment(_ documentation: String) {
    guard !documentation.isEmpty else { return }
    for (index, paragraph) in documentation.split(separator: "\n", omittingEmptySubsequences: false)
      .split(whereSeparator: \.isEmpty).enumerated()
    {
      if index > 0 { line("///") }
      let words = paragraph.flatMap { $0.split(separator: " ") }
      for row in rows(words.map(String.init), separator: " ", lead: "/// ") { line("/// " + row) }
    }
  }

  /// The words in as few lines as there must be.
  private func rows(_ words: [String], separator: String, lead: String) -> [String] {
    var rows: [String] = []
    for word in words {
      if let last = rows.last, margin.count + lead.count + last.count + separator.count + word.count <= Self.width {
        rows[rows.count - 1] = last + separator + word
      } else {
        rows.append(word)
      }
    }
    return rows
  }

  /// A constant array.
  mutating func list(_ declaration: String, _ elements: [String]) {
    let short = "\(declaration) = [\(elements.joined(separator: ", "))]"
    if margin.count + short.count <= Self.width { return line(short) }
    open("\(declaration) = [")
    let rows = rows(elements, separator: ", ", lead: ",")
    for row in rows { line(row + ",") }
    close("]")
  }

  mutating func enumeration(_ name: String, _ words: [String], _ documentation: String) {
    comment(documentation)
    open("public enum \(name): String, JSONWord {")
    let plain = words.filter { SwiftNames.word($0, of: name) == $0 }
    for row in rows(plain, separator: ", ", lead: "case ") { line("case \(row)") }
    for word in words where !plain.contains(word) {
      line("case \(SwiftNames.word(word, of: name)) = \"\(word)\"")
    }
    close()
  }

  /// The enumeration over all errors.
  mutating func refusal(_ errors: [String]) {
    func word(_ error: String) -> String { SwiftNames.word(error.lowercasedFirst, of: "Error") }
    comment("Every error of these interfaces, with what it says.")
    open("public enum Refusal: Hashable, Sendable {")
    for error in errors { line("case \(word(error))(\(error))") }
    line("")
    comment("Nil for an error of another interface, or of a later release.")
    line("/// - Throws: what it says is not what its interface declares: `StrictJSON.Failure` or `InterfaceMismatch`.")
    open("public init?(_ error: VarlinkError) throws {")
    line("switch error.name {")
    for error in errors {
      line("case \(error).error: self = .\(word(error))(try \(error)(json: error.parameters))")
    }
    line("default: return nil")
    line("}")
    close()
    close()
  }

  /// - Parameters:
  ///   - constant: a name that belongs to the type.
  ///   - nested: what stands in it besides.
  mutating func structure(
    _ name: String, _ protocols: String, _ members: [Member], constant: (name: String, value: String)? = nil,
    nested: ((inout SwiftText) -> Void)? = nil
  ) {
    open("public struct \(name): \(protocols) {")
    if let constant { line("public static let \(constant.name) = \"\(constant.value)\"") }
    if constant != nil, !members.isEmpty { line("") }
    for member in members {
      comment(member.documentation)
      line("public var \(member.identifier): \(member.type)")
    }
    blank()
    initializer(members)
    line("")
    reader(members)
    line("")
    writer(members)
    if let nested {
      line("")
      nested(&self)
    }
    close()
  }

  private mutating func initializer(_ members: [Member]) {
    guard !members.isEmpty else { return line("public init() {}") }
    let parameters = members.map { "\($0.name): \($0.parameter)" + ($0.isNullable ? " = nil" : "") }
    let short = "public init(\(parameters.joined(separator: ", "))) {"
    if margin.count + short.count <= Self.width {
      open(short)
    } else {
      open("public init(")
      for (index, parameter) in parameters.enumerated() { line(parameter + (index + 1 < parameters.count ? "," : "")) }
      depth -= 1
      open(") {")
    }
    for member in members { line("self.\(member.name) = \(member.argument)") }
    close()
  }

  private mutating func reader(_ members: [Member]) {
    if !members.isEmpty {
      list("private static let members: [StaticString]", members.map { "\"\($0.name)\"" })
      line("")
    }
    open("public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {")
    guard !members.isEmpty else {
      line("try cursor.emptyObject()")
      return close()
    }
    for member in members { line("var \(member.identifier): \(member.draft)") }
    line("var object = try cursor.object()")
    open("while let member = try cursor.member(of: &object, Self.members) {")
    line("switch member {")
    for (index, member) in members.enumerated() {
      line("\(index + 1 < members.count ? "case \(index)" : "default"): \(member.identifier) = \(member.reading)")
    }
    line("}")
    close()
    for member in members where !member.isNullable {
      line(
        "guard let \(member.identifier) else { throw cursor.missing(\"\(member.name)\", in: object) }")
    }
    for member in members { line("self.\(member.name) = \(member.identifier)") }
    close()
  }

  private mutating func writer(_ members: [Member]) {
    open("public func write(to json: inout JSONWriter) {")
    line("json.open()")
    let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    if sorted.map(\.name) == members.map(\.name) {
      written(members)
    } else {
      open("if json.isSorted {")
      written(sorted)
      depth -= 1
      open("} else {")
      written(members)
      close()
    }
    line("json.close()")
    close()
  }

  private mutating func written(_ members: [Member]) {
    for member in members { line("json.member(\"\(member.name)\", \(member.identifier))") }
  }
}
