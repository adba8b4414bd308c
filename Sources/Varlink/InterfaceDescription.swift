/// A Varlink interface as its text declares it.
public struct InterfaceDescription: Sendable {
  public let name: String
  public let documentation: String
  public let types: [TypeDeclaration]
  public let methods: [MethodDeclaration]
  public let errors: [ErrorDeclaration]
  /// The text, unchanged.
  public let text: String

  private let typesByName: [String: FieldType]
  private let methodsByName: [String: MethodDeclaration]
  private let errorsByName: [String: ErrorDeclaration]

  /// Parses and checks a text: every named type exists, no name is declared twice.
  public init(parsing text: String) throws(InterfaceSyntaxError) {
    var parser = try InterfaceParser(text)
    let parsed = try parser.parse()
    name = parsed.name
    documentation = parsed.documentation
    types = parsed.types
    methods = parsed.methods
    errors = parsed.errors
    self.text = text
    typesByName = Dictionary(types.map { ($0.name, $0.type) }) { first, _ in first }
    methodsByName = Dictionary(methods.map { ($0.name, $0) }) { first, _ in first }
    errorsByName = Dictionary(errors.map { ($0.name, $0) }) { first, _ in first }
  }

  /// - Parameter name: without the interface.
  public func type(named name: String) -> FieldType? { typesByName[name] }

  /// - Parameter name: without the interface.
  public func method(named name: String) -> MethodDeclaration? { methodsByName[name] }

  /// - Parameter name: without the interface.
  public func error(named name: String) -> ErrorDeclaration? { errorsByName[name] }
}

public indirect enum FieldType: Hashable, Sendable {
  case bool
  case int
  case float
  case string
  /// Any value but null.
  case object
  /// A type that the interface declares.
  case named(String)
  case enumeration([String])
  case structure([Field])
  case array(FieldType)
  /// `[string]T`
  case map(FieldType)
  /// `?T`
  case nullable(FieldType)
}

public struct Field: Hashable, Sendable {
  public let name: String
  public let type: FieldType
  /// The comment lines right above it, without their `#`.
  public let documentation: String
}

public struct TypeDeclaration: Hashable, Sendable {
  public let name: String
  /// A structure or an enumeration.
  public let type: FieldType
  public let documentation: String
}

public struct MethodDeclaration: Hashable, Sendable {
  /// Without the interface.
  public let name: String
  public let input: [Field]
  public let output: [Field]
  public let documentation: String
}

public struct ErrorDeclaration: Hashable, Sendable {
  /// Without the interface.
  public let name: String
  public let parameters: [Field]
  public let documentation: String
}

/// What is wrong with an interface's text; line and column count from 1, columns in bytes.
public struct InterfaceSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  public let line: Int
  public let column: Int
  public let reason: String

  public var description: String { "line \(line), column \(column): \(reason)" }
}
