import Desk
import DeskInterface
import DeskService
import DeskWire
import Logging
import Metrics
import Varlink
import VarlinkServer

/// Every method that the daemon answers, in one table. Each call takes it along, so it is one object.
final class RouteTable: VarlinkService {
  let routes: [String: Route]
  private let calls: CallFigures
  private let durations: [String: Histogram]
  private let accounts: Accounts
  private let roles: @Sendable () -> Roles
  /// Questions to the directory of users, each on a thread of its own: while it does not answer they are no more than these.
  private let lookups = Turns(places: 64, placesPerUser: 4)
  private let log: PacedLog
  private let opened: OpenedLog
  private let caughtUp: @Sendable () async throws -> Void
  private let note: @Sendable (any Error) -> Void

  /// - Parameters:
  ///   - roles: who holds which role now; asked at every call.
  ///   - caughtUp: returns when the views have all that was acknowledged before.
  ///   - note: told of every error that no interface describes.
  init(
    _ routes: [Route], accounts: Accounts, roles: @escaping @Sendable () -> Roles, calls: CallFigures,
    opened: OpenedLog, log: PacedLog, caughtUp: @escaping @Sendable () async throws -> Void,
    note: @escaping @Sendable (any Error) -> Void
  ) {
    self.accounts = accounts
    self.roles = roles
    self.caughtUp = caughtUp
    self.note = note
    self.calls = calls
    durations = Dictionary(routes.map { ($0.method, calls.durations(of: $0.method)) }) { first, _ in first }
    self.routes = Dictionary(routes.map { ($0.method, $0) }) { first, _ in first }
    self.log = log
    self.opened = opened
  }

  func prepare(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> PreparedCall {
    guard let route = routes[call.method], let durations = durations[call.method] else {
      return { _ in .failure(.methodNotImplemented(call.method)) }
    }
    let handler = try route.prepare(parameters)
    return { [self] peer in await answer(route, handler, durations, call, from: peer) }
  }

  private func answer(
    _ route: Route, _ handler: CallHandler, _ durations: Histogram, _ call: Call, from peer: Peer
  ) async -> Answer {
    let start = ContinuousClock.now
    let asker = await caller(peer, call.method)
    let answer = await ask(route, handler, call, asker)
    if case .later(let make) = answer {
      return .later { [self] in
        do {
          let json = try await make()
          // It may have waited for long, as a stream does.
          try await asker.again().require(route.role)
          durations.add(start.duration(to: .now))
          return json
        } catch {
          let failure = failure(for: error, of: call, asker)
          // Whoever has left is told nothing.
          if !Task.isCancelled { calls.errors.add(call.method, failure.name) }
          throw failure
        }
      }
    }
    if case .stream(let pages) = answer {
      let note = { @Sendable [note, calls] (error: any Error) in
        if let error = error as? VarlinkError { calls.errors.add(call.method, error.name) } else { note(error) }
      }
      // A watch may last for days, and the role be withdrawn meanwhile.
      let check = { @Sendable [self] in try await caller(peer, call.method).require(route.role) }
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

  func serves(_ peer: Peer) async -> Bool {
    let asker = await caller(peer, "")
    // Of whom the directory never said anything nobody knows whether he is a stranger: he is told that it cannot say.
    return asker.actor.role != nil || asker.isIncomplete
  }

  func refused(_ name: String, _ call: Call?) {
    // What is no method of ours may be any text: counted by name it would grow without end.
    let method = call.flatMap { $0.method.isASCII ? routes[$0.method]?.method : nil } ?? ""
    calls.errors.add(method, name)
  }

  /// Who calls and what he may now. What is known costs no change of thread; the directory is asked where it holds up
  /// nobody else.
  private func caller(_ peer: Peer, _ method: String) async -> Caller {
    let roles = roles()
    let groups = Roles.isOperator(peer.uid) ? [] : roles.directoryGroups(of: peer)
    var standing = accounts.standing(of: peer, in: groups)
    if standing == nil {
      standing = try? await lookups.run(of: peer.uid) {
        try await offPool { [accounts, log] in
          accounts.ask(about: peer, in: groups) { failure in
            log.note(
              .warning, "an account's name cannot be looked up, nor its groups; what was known stays", uid: peer.uid,
              ["error": "\(failure)"])
          }
        }
      }
    }
    let known = standing ?? Accounts.Standing(account: "uid \(peer.uid)", isIncomplete: true)
    if known.isAnother {
      log.note(
        .warning, "the number of an account that is connected is another's now", uid: peer.uid,
        ["account": "\(known.account)"])
    }
    return Caller(
      actor: Actor(uid: peer.uid, account: known.account, role: roles.role(of: peer, known)), peer: peer,
      method: method, roles: roles, accounts: accounts, isIncomplete: known.isIncomplete, log: log, opened: opened,
      again: { [self] in await caller(peer, method) })
  }

  private func ask(_ route: Route, _ handler: CallHandler, _ call: Call, _ caller: Caller) async -> Answer {
    do {
      try caller.require(route.role)
      if route.streams, !call.more { return .failure(.expectedMore) }
      // The one place where an answer comes to show no less than anybody was told before it was asked.
      if route.readsViews { try await caughtUp() }
      return try await handler(caller)
    } catch {
      return .failure(failure(for: error, of: call, caller))
    }
  }

  private func failure(for error: any Error, of call: Call, _ caller: Caller) -> VarlinkError {
    if let failure = WireFailure.error(for: error) { return failure }
    // Only a stop cancels a call whose client is still there.
    if error is CancellationError { return WireFailure.wire(Wire.Stopping()) }
    // What is left is our own fault or the disk's; the details are for the operator, not for the caller.
    note(error)
    log.logger.error(
      "\(call.method) failed", metadata: ["uid": "\(caller.peer.uid)", "error": "\(error)"])
    return WireFailure.wire(Wire.ReadFailed())
  }
}
