/// A method of an interface: the value is its parameters.
public protocol WireMethod: JSONReadable, JSONWritable, Sendable {
  associatedtype Answer: JSONReadable, JSONWritable, Sendable
  /// The qualified name, as in `org.varlink.service.GetInfo`.
  static var method: String { get }
}

/// A typed error of an interface: the value is its parameters.
public protocol WireError: JSONReadable, JSONWritable, Hashable, Sendable {
  /// The qualified name, as in `org.varlink.service.MethodNotFound`.
  static var error: String { get }
}

extension VarlinkError {
  public init(_ error: some WireError) {
    self.init(name: type(of: error).error, parameters: error.json)
  }
}
