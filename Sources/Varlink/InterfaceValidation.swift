/// Why a message does not fit its description.
public struct InterfaceMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable {
    case unknownDeclaration = "the interface does not declare it"
    case unknownField = "the interface has no such field"
    case missing = "it is missing or null"
    case wrongType = "it is not of the declared type"
    case notInEnumeration = "it is none of the declared values"
  }

  /// As in `entry.colour` or `entries[3].name`; the method or error itself when that is unknown.
  public let path: String
  public let reason: Reason

  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(path): \(reason.rawValue)" }
}

/// What a text itself says of a message, at the cost of going through the declaration: for whoever has no reader that is
/// generated from it, and for tests, which hold such readers against it.
extension InterfaceDescription {
  /// Checks the parameters of a call.
  /// - Parameter method: without the interface.
  public func validate(parameters: JSONNode, of method: String) throws(InterfaceMismatch) {
    guard let declaration = self.method(named: method) else { throw unknown(method) }
    try validate(parameters, against: declaration.input)
  }

  /// Checks the parameters of a reply.
  /// - Parameter method: without the interface.
  public func validate(reply: JSONNode, of method: String) throws(InterfaceMismatch) {
    guard let declaration = self.method(named: method) else { throw unknown(method) }
    try validate(reply, against: declaration.output)
  }

  /// Checks the parameters of a refusal.
  /// - Parameter name: without the interface.
  public func validate(error parameters: JSONNode, named name: String) throws(InterfaceMismatch) {
    guard let declaration = self.error(named: name) else { throw unknown(name) }
    try validate(parameters, against: declaration.parameters)
  }

  private func unknown(_ name: String) -> InterfaceMismatch {
    InterfaceMismatch(path: name, reason: .unknownDeclaration)
  }

  /// The gate has refused duplicate keys, so counting the required members tells whether one is missing.
  private func validate(_ value: JSONNode, against fields: [Field]) throws(InterfaceMismatch) {
    guard value.kind == .object else { throw InterfaceMismatch(path: "", reason: .wrongType) }
    var requiredPresent = 0
    for (key, member) in value.members {
      guard let field = fields.first(where: { key.isString($0.name) }) else {
        throw InterfaceMismatch(path: key.string ?? "", reason: .unknownField)
      }
      do { try validate(member, as: field.type) } catch { throw error.within(field.name) }
      if !field.isNullable { requiredPresent += 1 }
    }
    if requiredPresent < fields.count(where: { !$0.isNullable }) {
      for field in fields where !field.isNullable && value[field.name] == nil {
        throw InterfaceMismatch(path: field.name, reason: .missing)
      }
    }
  }

  private func validate(_ value: JSONNode, as type: FieldType) throws(InterfaceMismatch) {
    if case .nullable(let wrapped) = type {
      return value.kind == .null ? () : try validate(value, as: wrapped)
    }
    if value.kind == .null { throw InterfaceMismatch(path: "", reason: .missing) }
    let fits: Bool
    switch type {
    case .bool: fits = value.bool != nil
    case .int: fits = value.integer != nil
    case .float: fits = value.double != nil
    case .string: fits = value.kind == .string
    case .object, .nullable: fits = true
    case .named(let name):
      guard let declared = self.type(named: name) else { throw unknown(name) }
      return try validate(value, as: declared)
    case .enumeration(let values):
      fits = value.kind == .string
      if fits, !values.contains(where: { value.isString($0) }) {
        throw InterfaceMismatch(path: "", reason: .notInEnumeration)
      }
    case .structure(let fields): return try validate(value, against: fields)
    case .array(let element):
      fits = value.kind == .array
      for (index, item) in value.elements.enumerated() {
        do { try validate(item, as: element) } catch { throw error.within("[\(index)]") }
      }
    case .map(let element):
      fits = value.kind == .object
      for (key, member) in value.members {
        do { try validate(member, as: element) } catch { throw error.within(key.string ?? "") }
      }
    }
    if !fits { throw InterfaceMismatch(path: "", reason: .wrongType) }
  }
}

extension Field {
  var isNullable: Bool {
    if case .nullable = type { true } else { false }
  }
}

extension InterfaceMismatch {
  /// The path grows outwards from the fault, so that a message that fits pays nothing for it.
  func within(_ parent: String) -> InterfaceMismatch {
    let separator = path.isEmpty || path.utf8.first == UInt8(ascii: "[") ? "" : "."
    return InterfaceMismatch(path: parent + separator + path, reason: reason)
  }
}
