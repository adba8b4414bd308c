import Varlink

/// The qualified names of the errors that the server itself answers with, which the service's interfaces describe.
public struct ErrorNames: Sendable {
  /// `(reason: string, offset: int)`: a frame that is no call, is too long, or was not finished in time, or too many
  /// bytes waiting; the connection is closed.
  public let protocolViolation: String
  /// `(limit: int, perUser: bool)`: said before the first call of a connection that is closed again.
  public let tooManyConnections: String
  /// `(limit: int)`: the user has so many streams under way.
  public let tooManyStreams: String

  public init(protocolViolation: String, tooManyConnections: String, tooManyStreams: String) {
    self.protocolViolation = protocolViolation
    self.tooManyConnections = tooManyConnections
    self.tooManyStreams = tooManyStreams
  }

  func protocolViolation(_ violation: ProtocolViolation) -> VarlinkError {
    VarlinkError(
      name: protocolViolation,
      parameters: JSONWriter.object {
        $0.member("reason", violation.reason)
        $0.member("offset", violation.offset)
      })
  }

  func tooManyConnections(limit: Int, perUser: Bool) -> VarlinkError {
    VarlinkError(
      name: tooManyConnections,
      parameters: JSONWriter.object {
        $0.member("limit", limit)
        $0.member("perUser", perUser)
      })
  }

  func tooManyStreams(limit: Int) -> VarlinkError {
    VarlinkError(name: tooManyStreams, parameters: JSONWriter.object { $0.member("limit", limit) })
  }
}
