/// Who answers on a socket, as `org.varlink.service.GetInfo` tells it.
public struct ServiceInfo: Hashable, Sendable {
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

  public static let text = String(decoding: PackageResources.org_varlink_service_varlink, as: UTF8.self)

  /// Nil only if the text were wrong, which a test rules out.
  public static let description = try? InterfaceDescription(parsing: text)
}
