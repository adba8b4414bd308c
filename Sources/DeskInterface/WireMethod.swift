/// A method of one of our interfaces: the value is its parameters.
public protocol WireMethod: Codable, Sendable {
  associatedtype Answer: Codable & Sendable
  /// The qualified name, as in `vn.motcua.Desk.Receive`.
  static var method: String { get }
}
