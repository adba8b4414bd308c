/// Who answers on a socket, as `org.varlink.service.GetInfo` tells it.
public struct ServiceInfo: Hashable, Sendable, Codable {
  public let vendor: String
  public let product: String
  public let version: String
  public let url: String

  public init(vendor: String, product: String, version: String, url: String) {
    self.vendor = vendor
    self.product = product
    self.version = version
    self.url = url
  }
}

/// `org.varlink.service`, which every service offers, and its messages.
public enum ServiceInterface {
  public static let name = "org.varlink.service"

  public struct GetInfo: Hashable, Sendable, Codable {
    public static let method = "org.varlink.service.GetInfo"

    public let vendor: String
    public let product: String
    public let version: String
    public let url: String
    public let interfaces: [String]

    public init(_ info: ServiceInfo, interfaces: [String]) {
      vendor = info.vendor
      product = info.product
      version = info.version
      url = info.url
      self.interfaces = interfaces
    }
  }

  public struct GetInterfaceDescription: Hashable, Sendable, Codable {
    public static let method = "org.varlink.service.GetInterfaceDescription"

    public let interface: String

    public init(interface: String) { self.interface = interface }

    public struct Reply: Hashable, Sendable, Codable {
      public let description: String

      public init(description: String) { self.description = description }
    }
  }

  /// Nil only if the text below were wrong, which a test rules out.
  public static let description = try? InterfaceDescription(parsing: text)

  public static let text = """
    # What every Varlink service tells about itself.
    interface org.varlink.service

    # Who made the service and which interfaces it offers.
    method GetInfo() -> (
      vendor: string,
      product: string,
      version: string,
      url: string,
      interfaces: []string
    )

    # The text of one interface that the service offers.
    method GetInterfaceDescription(interface: string) -> (description: string)

    # The service does not offer this interface.
    error InterfaceNotFound (interface: string)

    # The interface has no such method.
    error MethodNotFound (method: string)

    # The interface has the method, but this service does not carry it out.
    error MethodNotImplemented (method: string)

    # A parameter is missing, unknown or of the wrong type.
    error InvalidParameter (parameter: string)

    # The peer may not call this method.
    error PermissionDenied ()

    # The method answers with several replies and the call did not ask for more.
    error ExpectedMore ()

    """
}
