public import Varlink

/// Why there is no connection.
public enum ConnectionError: Error, Hashable, Sendable {
  /// Nothing stands at the path.
  case noSocket
  /// A socket stands there and nobody listens.
  case refused
  /// This user may not open the socket.
  case notPermitted
  /// A socket's path has at most 107 bytes.
  case pathTooLong
  /// The server did not accept in time.
  case timeout
  case system(errno: Int32)
}

/// Why a call has no answer. After any of these but `.varlink` and `.unreadable` the connection is closed.
public enum CallError: Error, Sendable {
  /// When it was sent completely, whether it was carried out is unknown.
  case connectionLost(afterSending: Bool)
  /// As for a lost connection.
  case timeout(afterSending: Bool)
  /// What the server sent is no reply to this call.
  case protocolViolation(String)
  /// The service refused.
  case varlink(VarlinkError)
  /// The reply is not what the interface says: what it answers, and where it differs. The call was carried out all the same.
  case unreadable(String)
  /// The connection was closed here before the call.
  case closed
}
