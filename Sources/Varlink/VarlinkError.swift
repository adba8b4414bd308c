/// A refusal as it goes over the wire: a qualified name and a JSON object.
public struct VarlinkError: Error, Hashable, Sendable {
  /// Qualified by its interface, as in `org.varlink.service.InvalidParameter`.
  public let name: String
  /// A JSON object.
  public let parameters: [UInt8]

  public init(name: String, parameters: [UInt8] = emptyObject) {
    self.name = name
    self.parameters = parameters
  }
}

/// The JSON object without members, which is also what missing parameters mean.
public let emptyObject = Array("{}".utf8)

extension VarlinkError {
  /// - Parameter method: qualified by its interface.
  public static func methodNotFound(_ method: String) -> VarlinkError { standard("MethodNotFound", "method", method) }

  public static func interfaceNotFound(_ interface: String) -> VarlinkError {
    standard("InterfaceNotFound", "interface", interface)
  }

  /// - Parameter method: qualified by its interface.
  public static func methodNotImplemented(_ method: String) -> VarlinkError {
    standard("MethodNotImplemented", "method", method)
  }

  /// - Parameter parameter: the path of the parameter, as in `entry.colour`.
  public static func invalidParameter(_ parameter: String) -> VarlinkError {
    standard("InvalidParameter", "parameter", parameter)
  }

  public static let permissionDenied = VarlinkError(name: "org.varlink.service.PermissionDenied")

  public static let expectedMore = VarlinkError(name: "org.varlink.service.ExpectedMore")

  private static func standard(_ name: String, _ field: String, _ value: String) -> VarlinkError {
    VarlinkError(name: "org.varlink.service.\(name)", parameters: JSONText.object(field, value))
  }
}
