/// Recursive descent over the Varlink interface language.
struct InterfaceParser {
  struct Parsed {
    var name = ""
    var documentation = ""
    var types: [TypeDeclaration] = []
    var methods: [MethodDeclaration] = []
    var errors: [ErrorDeclaration] = []
  }

  /// Bounds the stack: types nested in the text of one declaration.
  private static let depthLimit = 32

  private var lexer: InterfaceLexer
  private var item: InterfaceLexer.Item
  private var uses: [(name: String, place: InterfaceLexer.Place)] = []

  init(_ text: String) throws(InterfaceSyntaxError) {
    lexer = InterfaceLexer(text)
    item = try lexer.next()
  }

  mutating func parse() throws(InterfaceSyntaxError) -> Parsed {
    var parsed = Parsed()
    parsed.documentation = item.documentation
    guard case .word("interface") = item.token else { throw unexpected("the word “interface”") }
    try advance()
    parsed.name = try takeWord("the interface's name", where: Self.isInterfaceName)
    var declared: Set<String> = []
    while item.token != .end {
      let documentation = item.documentation
      guard case .word(let keyword) = item.token, ["type", "method", "error"].contains(keyword) else {
        throw unexpected("“type”, “method” or “error”")
      }
      try advance()
      let place = item.place
      let name = try takeWord("a name in CamelCase", where: Self.isTypeName)
      guard declared.insert(name).inserted else { throw place.error("“\(name)” is declared twice") }
      switch keyword {
      case "type":
        let type = try takeBody(depth: 0)
        parsed.types.append(TypeDeclaration(name: name, type: type, documentation: documentation))
      case "method":
        let input = try takeStructure(depth: 0)
        try expect("->")
        let output = try takeStructure(depth: 0)
        parsed.methods.append(
          MethodDeclaration(name: name, input: input, output: output, documentation: documentation))
      default:
        let parameters = try takeStructure(depth: 0)
        parsed.errors.append(ErrorDeclaration(name: name, parameters: parameters, documentation: documentation))
      }
    }
    let types = Set(parsed.types.map(\.name))
    for use in uses where !types.contains(use.name) {
      throw use.place.error("the type “\(use.name)” is not declared")
    }
    return parsed
  }

  private mutating func advance() throws(InterfaceSyntaxError) { item = try lexer.next() }

  private func unexpected(_ wanted: String) -> InterfaceSyntaxError {
    item.place.error("\(item.token.described) stands where \(wanted) is expected")
  }

  private mutating func expect(_ mark: String) throws(InterfaceSyntaxError) {
    guard item.token == .mark(mark) else { throw unexpected("“\(mark)”") }
    try advance()
  }

  private mutating func skip(_ mark: String) throws(InterfaceSyntaxError) -> Bool {
    guard item.token == .mark(mark) else { return false }
    try advance()
    return true
  }

  private mutating func takeWord(
    _ wanted: String, where isValid: (String) -> Bool
  ) throws(InterfaceSyntaxError) -> String {
    guard case .word(let word) = item.token, isValid(word) else { throw unexpected(wanted) }
    try advance()
    return word
  }

  private mutating func takeStructure(depth: Int) throws(InterfaceSyntaxError) -> [Field] {
    let place = item.place
    guard case .structure(let fields) = try takeBody(depth: depth) else {
      throw place.error("an enumeration stands where fields with types are expected")
    }
    return fields
  }

  /// `(a: int, b: string)` or `(a, b)`: what follows the first name tells them apart.
  private mutating func takeBody(depth: Int) throws(InterfaceSyntaxError) -> FieldType {
    guard depth < Self.depthLimit else { throw item.place.error("types are nested too deeply") }
    try expect("(")
    if try skip(")") { return .structure([]) }
    var fields: [Field] = []
    var values: [String] = []
    var names: Set<String> = []
    while true {
      let documentation = item.documentation
      let place = item.place
      let name = try takeWord("a name", where: Self.isFieldName)
      guard names.insert(name).inserted else { throw place.error("“\(name)” stands here twice") }
      if values.isEmpty, item.token == .mark(":") {
        try advance()
        fields.append(Field(name: name, type: try takeType(depth: depth + 1), documentation: documentation))
      } else if fields.isEmpty {
        values.append(name)
      } else {
        throw unexpected("“:”")
      }
      if try skip(")") { return fields.isEmpty ? .enumeration(values) : .structure(fields) }
      try expect(",")
    }
  }

  private mutating func takeType(depth: Int) throws(InterfaceSyntaxError) -> FieldType {
    guard depth < Self.depthLimit else { throw item.place.error("types are nested too deeply") }
    let place = item.place
    switch item.token {
    case .mark("?"):
      try advance()
      if item.token == .mark("?") { throw item.place.error("a type is nullable once") }
      return .nullable(try takeType(depth: depth + 1))
    case .mark("["):
      try advance()
      if try skip("]") { return .array(try takeType(depth: depth + 1)) }
      guard item.token == .word("string") else { throw unexpected("“]” or “string”") }
      try advance()
      try expect("]")
      return .map(try takeType(depth: depth + 1))
    case .mark("("): return try takeBody(depth: depth)
    case .word(let word):
      try advance()
      switch word {
      case "bool": return .bool
      case "int": return .int
      case "float": return .float
      case "string": return .string
      case "object": return .object
      default:
        guard Self.isTypeName(word) else { throw place.error("“\(word)” is not a type") }
        uses.append((word, place))
        return .named(word)
      }
    default: throw unexpected("a type")
    }
  }
}

extension InterfaceParser {
  /// Reverse-domain: two labels or more, the first beginning with a letter, dashes only inside.
  static func isInterfaceName(_ name: String) -> Bool {
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.count >= 2, name.utf8.first?.isLetter == true else { return false }
    return labels.allSatisfy { label in
      guard let first = label.first, let last = label.last else { return false }
      return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
        && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    }
  }

  static func isTypeName(_ name: String) -> Bool {
    name.utf8.first?.isUppercaseLetter == true && name.utf8.allSatisfy { $0.isLetter || $0.isDigit }
  }

  /// Begins with a letter; an underscore only between letters or digits.
  static func isFieldName(_ name: String) -> Bool {
    guard name.utf8.first?.isLetter == true, name.utf8.last != UInt8(ascii: "_"), !name.contains("__") else {
      return false
    }
    return name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
  }
}
