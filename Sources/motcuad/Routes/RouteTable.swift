import Desk
import DeskInterface
import DeskService
import DeskWire
import Logging
import Metrics
import Varlink
import VarlinkServer

/// Every method that the daemon answers, in one table.
struct RouteTable: VarlinkService {
  let routes: [String: Route]
  private let calls: CallFigures
  private let durations: [String: Histogram]
  private let accounts = Accounts()
  private let roles: @Sendable () -> Roles
  private let log: PacedLog
  private let note: @Sendable (any Error) -> Void

  /// - Parameters:
  ///   - roles: who holds which role now; asked at every call.
  ///   - note: told of every error that no interface describes.
  init(
    _ routes: [Route], roles: @escaping @Sendable () -> Roles, calls: CallFigures, logger: Logger,
    note: @escaping @Sendable (any Error) -> Void
  ) {
    self.roles = roles
    self.note = note
    self.calls = calls
    durations = Dictionary(routes.map { ($0.method, calls.durations(of: $0.method)) }) { first, _ in first }
    self.routes = Dictionary(routes.map { ($0.method, $0) }) { first, _ in first }
    log = PacedLog(logger)
  }

  func answer(_ call: Call, from peer: Peer) async -> Answer {
    let start = ContinuousClock.now
    guard let route = routes[call.method], let durations = durations[call.method] else {
      return .failure(.methodNotImplemented(call.method))
    }
    let account = await account(of: peer.uid)
    let caller = { @Sendable [roles, log] in
      let roles = roles()
      return Caller(
        actor: Actor(uid: peer.uid, account: account, role: roles.role(of: peer)), peer: peer, method: call.method,
        roles: roles, log: log)
    }
    let answer = await ask(route, call, caller())
    if case .stream(let pages) = answer {
      let note = { @Sendable [note, calls] (error: any Error) in
        if let error = error as? VarlinkError { calls.errors.add(call.method, error.name) } else { note(error) }
      }
      // A watch may last for days, and the role be withdrawn meanwhile.
      let check = { @Sendable in try caller().require(route.role) }
      return .stream(TimedPages(pages: pages, check: check, note: note, started: start, durations: durations))
    }
    if case .failure(let error) = answer {
      calls.errors.add(call.method, error.name)
      // Nothing was done, so how fast that went says nothing of what is.
      if error.name == Wire.PermissionDenied.error { return answer }
    }
    durations.add(start.duration(to: .now))
    return answer
  }

  func refused(_ name: String, _ call: Call?) {
    // What is no method of ours may be any text: counted by name it would grow without end.
    let method = call.flatMap { routes[$0.method]?.method } ?? ""
    calls.errors.add(method, name)
  }

  /// A name that is known costs no change of thread; the system is asked where it holds up nobody else.
  private func account(of uid: UInt32) async -> String {
    if let known = accounts.known(uid) { return known }
    do { return try await offPool { [accounts] in try accounts.lookUp(uid) } } catch {
      log.note(.warning, "an account's name cannot be looked up", uid: uid, ["error": "\(error)"])
      return "uid \(uid)"
    }
  }

  private func ask(_ route: Route, _ call: Call, _ caller: Caller) async -> Answer {
    do {
      try caller.require(route.role)
      if route.streams, !call.more { return .failure(.expectedMore) }
      return try await route.answer(call, caller)
    } catch {
      if let failure = WireFailure.error(for: error) { return .failure(failure) }
      // What is left is our own fault or the disk's; the details are for the operator, not for the caller.
      note(error)
      log.logger.error(
        "\(call.method) failed", metadata: ["uid": "\(caller.peer.uid)", "error": "\(error)"])
      return .failure(WireFailure.wire(Wire.ReadFailed()))
    }
  }
}
