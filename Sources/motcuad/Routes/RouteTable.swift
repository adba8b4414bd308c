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
  private let logger: Logger
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
    self.logger = logger
  }

  func answer(_ call: Call, from peer: Peer) async -> Answer {
    let start = ContinuousClock.now
    let answer = await find(call, from: peer)
    guard let durations = durations[call.method] else { return answer }
    if case .stream(let pages) = answer {
      let note = { @Sendable [note, calls] (error: any Error) in
        if let error = error as? VarlinkError { calls.errors.add(call.method, error.name) } else { note(error) }
      }
      return .stream(TimedPages(pages: pages, note: note, started: start, durations: durations))
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

  private func find(_ call: Call, from peer: Peer) async -> Answer {
    guard let route = routes[call.method] else { return .failure(.methodNotImplemented(call.method)) }
    let roles = roles()
    let actor = Actor(uid: peer.uid, account: accounts.name(of: peer.uid), role: roles.role(of: peer))
    let caller = Caller(actor: actor, peer: peer, method: call.method, roles: roles, logger: logger)
    do {
      try caller.require(route.role)
      if route.streams, !call.more { return .failure(.expectedMore) }
      return try await route.answer(call, caller)
    } catch {
      if let failure = WireFailure.error(for: error) { return .failure(failure) }
      // What is left is our own fault or the disk's; the details are for the operator, not for the caller.
      note(error)
      logger.error("\(call.method) failed", metadata: ["uid": "\(peer.uid)", "error": "\(error)"])
      return .failure(WireFailure.wire(Wire.ReadFailed()))
    }
  }
}
