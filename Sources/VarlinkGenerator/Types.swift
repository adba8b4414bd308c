import Varlink

/// The types of several interfaces, which are one in Swift.
struct Types {
  private let types: [String: FieldType]
  /// Those that a reply or an error carries.
  private let told: Set<String>

  var names: [String] { types.keys.sorted() }

  init(_ interfaces: [InterfaceDescription]) throws(GeneratorError) {
    var types: [String: FieldType] = [:]
    for type in interfaces.flatMap(\.types) {
      guard types.updateValue(type.type, forKey: type.name) ?? type.type == type.type else {
        throw GeneratorError(declaration: type.name, reason: "it is not the same in all interfaces that declare it")
      }
    }
    self.types = types
    var told: Set<String> = []
    var carried = interfaces.flatMap { $0.methods.flatMap(\.output) + $0.errors.flatMap(\.parameters) }.map(\.type)
    while let type = carried.popLast() {
      switch type {
      case .named(let name) where told.insert(name).inserted: if let named = types[name] { carried.append(named) }
      case .structure(let fields): carried += fields.map(\.type)
      case .array(let element), .nullable(let element), .map(let element): carried.append(element)
      default: break
      }
    }
    self.told = told
  }

  func isTold(_ name: String) -> Bool { told.contains(name) }

  func members(_ fields: [Field], told: Bool) throws(GeneratorError) -> [Member] {
    var members: [Member] = []
    for field in fields { members.append(try member(field, told: told)) }
    return members
  }

  private func member(_ field: Field, told: Bool) throws(GeneratorError) -> Member {
    var type = field.type
    var (isNullable, isArray) = (false, false)
    if case .nullable(let wrapped) = type { (type, isNullable) = (wrapped, true) }
    if case .array(let element) = type { (type, isArray) = (element, true) }
    let value: Member.Value
    switch type {
    case .bool: value = .bool
    case .int: value = .integer
    case .float: value = .double
    case .string: value = .string
    case .named(let name):
      if case .enumeration = types[name] { value = told ? .told(name) : .named(name) } else { value = .named(name) }
    default:
      throw GeneratorError(
        declaration: field.name,
        reason: "a type without a name, a map, an object, or a container in another is not written")
    }
    guard !SwiftNames.locals.contains(field.name) else {
      throw GeneratorError(declaration: field.name, reason: "what is generated uses this name itself")
    }
    return Member(
      name: field.name, value: value, isNullable: isNullable, isArray: isArray, documentation: field.documentation)
  }

  static func twice(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }
}

/// A member of a structure, as Swift has it.
struct Member {
  enum Value {
    case bool, integer, double, string
    /// A structure, or an enumeration of which only known words are taken.
    case named(String)
    /// An enumeration of which a newer word is kept.
    case told(String)
  }

  let name: String
  let value: Value
  let isNullable: Bool
  let isArray: Bool
  let documentation: String

  /// As it is written in Swift where a reserved word could stand.
  var identifier: String { SwiftNames.field(name) }

  /// What it is kept as.
  var type: String { wrapped(element) + (isNullable ? "?" : "") }

  /// What it is before it is known whether it is there.
  var draft: String { wrapped(element) + "?" }

  /// What a value is made of: a word that is told is one that is known.
  var parameter: String {
    guard case .told(let name) = value else { return type }
    return wrapped(name) + (isNullable ? "?" : "")
  }

  var argument: String {
    guard case .told = value else { return identifier }
    return switch (isNullable, isArray) {
    case (false, false): ".known(\(identifier))"
    case (true, true): "\(identifier).map { $0.map(Told.known) }"
    default: "\(identifier).map(Told.known)"
    }
  }

  var reading: String {
    let one =
      switch value {
      case _ where isArray: "cursor.array(\(element).self)"
      case .bool: "cursor.bool()"
      case .integer: "cursor.integer()"
      case .double: "cursor.double()"
      case .string: "cursor.string()"
      case .named, .told: "\(element)(from: &cursor)"
      }
    return isNullable ? "try cursor.null() ? nil : \(one)" : "try \(one)"
  }

  private var element: String {
    switch value {
    case .bool: "Bool"
    case .integer: "Int"
    case .double: "Double"
    case .string: "String"
    case .named(let name): name
    case .told(let name): "Told<\(name)>"
    }
  }

  private func wrapped(_ element: String) -> String { isArray ? "[\(element)]" : element }
}
