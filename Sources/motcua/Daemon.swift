import DeskInterface
import Glibc
import Varlink
import VarlinkClient

/// The daemon as the verbs see it: typed questions and commands, and failures that say what to do.
final class Daemon {
  let path: String
  private let timeout: Duration
  private var connection: Connection?

  /// How long a lost connection is tried again.
  private let patience = Duration.seconds(5)

  init(path: String, timeout: Duration) {
    self.path = path
    self.timeout = timeout
  }

  /// Asks, and asks again when the connection is lost: a question changes nothing.
  func ask<Method: WireMethod>(_ method: Method) throws -> Method.Answer {
    try persistently(commandID: nil) { try $0.call(method) }
  }

  /// Sends a command, again when the connection is lost: under the same id it is recorded once.
  func command<Method: WireMethod>(_ method: Method, id: String?) throws -> Method.Answer {
    try persistently(commandID: id) { try $0.call(method) }
  }

  /// Sends what may not be sent twice.
  func once<Method: WireMethod>(_ method: Method) throws -> Method.Answer {
    try translating(commandID: nil) { try connected().call(method) }
  }

  /// Hands over the answers as they come, until there are no more or `body` returns false.
  /// - Parameter isPatient: waits for each answer as long as it takes.
  func stream<Method: WireMethod>(
    _ method: Method, isPatient: Bool = false, _ body: (Method.Answer) throws -> Bool
  ) throws {
    let connection = try translating(commandID: nil) { try connected() }
    connection.timeout = isPatient ? nil : timeout
    defer { connection.timeout = timeout }
    try translating(commandID: nil) { try connection.stream(method, body) }
  }

  /// The daemon that was asked, when it is of an earlier release; nil when nobody was asked.
  /// - Throws: what a question throws.
  func older() throws -> OlderDaemon? {
    guard let connection, connection.isOpen else { return nil }
    // It has just answered, and the answer is out: this is not worth waiting for.
    connection.timeout = .seconds(1)
    defer { connection.timeout = timeout }
    return OlderDaemon(version: try connection.call(ServiceInterface.GetInfo()).version, path: path)
  }

  static func isOfSystem(_ path: String) -> Bool { path.hasPrefix("/run/motcua/") }

  private func connected() throws(ConnectionError) -> Connection {
    if let connection, connection.isOpen { return connection }
    let fresh = try Connection(path: path, timeout: timeout)
    connection = fresh
    return fresh
  }

  private func persistently<Answer>(commandID: String?, _ call: (Connection) throws -> Answer) throws -> Answer {
    let deadline = ContinuousClock.now + patience
    var wasSent = false
    while true {
      do {
        return try call(try connected())
      } catch CallError.connectionLost(let afterSending) {
        wasSent = wasSent || afterSending
        if ContinuousClock.now >= deadline { throw Failure.lost(commandID: commandID) }
      } catch CallError.varlink(let error) where Refusal.isTransient(error) {
        wasSent = wasSent || Refusal.isOutcomeUnknown(error)
        if ContinuousClock.now >= deadline { throw Failure.refused(error, commandID: commandID) }
        connection = nil
      } catch let error as ConnectionError where wasSent && (error == .noSocket || error == .refused) {
        if ContinuousClock.now >= deadline { throw Failure.lost(commandID: commandID) }
      } catch {
        throw translated(error, commandID: commandID)
      }
      usleep(100_000)
    }
  }

  /// What a daemon does not know is its age, if it is older; a daemon that cannot even say that has been told of enough.
  private func olderAfter(_ error: VarlinkError) -> OlderDaemon? {
    Refusal.mayMeanOlder(error) ? try? older() : nil
  }

  private func translating<Answer>(commandID: String?, _ body: () throws -> Answer) throws -> Answer {
    do { return try body() } catch { throw translated(error, commandID: commandID) }
  }

  private func translated(_ error: any Error, commandID: String?) -> any Error {
    switch error {
    case let error as ConnectionError: Failure.unreachable(Unreachable(error, path: path), path: path)
    case CallError.connectionLost: Failure.lost(commandID: commandID)
    case CallError.timeout: Failure.timeout(commandID: commandID, path: path)
    case CallError.protocolViolation(let reason): Failure.protocolViolation(reason)
    case CallError.varlink(let error): Failure.refused(error, commandID: commandID, by: olderAfter(error))
    case CallError.unreadable(let reason): Failure.protocolViolation(reason)
    case CallError.closed: Failure.lost(commandID: commandID)
    default: error
    }
  }
}

extension Unreachable {
  fileprivate init(_ error: ConnectionError, path: String) {
    switch error {
    case .noSocket: self = .noSocket
    case .refused: self = .refused
    case .notPermitted:
      self = Daemon.isOfSystem(path) && OwnAccount.isMissingFromSession("motcua") ? .logInAgain : .notPermitted
    case .pathTooLong: self = .pathTooLong
    case .timeout: self = .timeout
    case .system(let errno): self = .system(errno: errno)
    }
  }
}
