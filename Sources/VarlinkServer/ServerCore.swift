import Logging
import NIOCore
import Synchronization
import Varlink

/// What all connections of a server share.
final class ServerCore: Sendable {
  let dispatcher: Dispatcher
  let errors: ErrorNames
  let service: any VarlinkService
  let connections: Connections
  let log: PacedLog
  private let currentLimits: Mutex<ServerLimits>

  init(
    _ dispatcher: Dispatcher, _ errors: ErrorNames, _ service: any VarlinkService, _ connections: Connections,
    _ limits: ServerLimits, _ log: PacedLog
  ) {
    self.dispatcher = dispatcher
    self.errors = errors
    self.service = service
    self.connections = connections
    self.log = log
    currentLimits = Mutex(limits)
  }

  var limits: ServerLimits { currentLimits.withLock { $0 } }

  func replaceLimits(_ limits: ServerLimits) { currentLimits.withLock { $0 = limits } }

  /// How a call ends whose answer could not be made.
  func end(for error: any Error, of method: String, _ uid: UInt32) -> TaskEnd {
    switch error {
    case let error as VarlinkError: return .answer(.failure(error))
    // The client has left, or the server stops.
    case is CancellationError, is ChannelError, is IOError: return .broken
    default:
      log.logger.error(
        "answer broken off, connection closed", metadata: ["uid": "\(uid)", "method": "\(method)", "error": "\(error)"])
      return .broken
    }
  }
}
