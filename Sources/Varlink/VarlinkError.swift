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
  public static func methodNotFound(_ method: String) -> VarlinkError {
    VarlinkError(ServiceInterface.MethodNotFound(method: method))
  }

  public static func interfaceNotFound(_ interface: String) -> VarlinkError {
    VarlinkError(ServiceInterface.InterfaceNotFound(interface: interface))
  }

  /// - Parameter method: qualified by its interface.
  public static func methodNotImplemented(_ method: String) -> VarlinkError {
    VarlinkError(ServiceInterface.MethodNotImplemented(method: method))
  }

  /// - Parameter parameter: the path of the parameter, as in `entry.colour`.
  public static func invalidParameter(_ parameter: String) -> VarlinkError {
    VarlinkError(ServiceInterface.InvalidParameter(parameter: parameter))
  }

  public static let permissionDenied = VarlinkError(ServiceInterface.PermissionDenied())

  public static let expectedMore = VarlinkError(ServiceInterface.ExpectedMore())
}
