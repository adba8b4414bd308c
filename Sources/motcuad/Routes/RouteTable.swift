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
  /// A method, and how long its calls take.
  struct Entry: Sendable {
    let route: Route
    let durations: Histogram
  }

  private let entries: [String: Entry]
  let calls: CallFigures
  let accounts: Accounts
  private let roles: @Sendable () -> Roles
  /// Questions to the directory of users, each on a thread of its own: while it does not answer they are no more than these.
  private let lookups = Turns(places: 64, placesPerUser: 4)
  let log: PacedLog
  let opened: OpenedLog
  let isCaughtUp: @Sendable () -> Bool
  let caughtUp: @Sendable () async throws -> Void
  let note: @Sendable (any Error) -> Void

  /// - Parameters:
  ///   - roles: who holds which role now; asked at every call.
  ///   - isCaughtUp: whether the views have all that was acknowledged.
  ///   - caughtUp: returns when the views have all that was acknowledged before.
  ///   - note: told of every error that no interface describes.
  init(
    _ routes: [Route], accounts: Accounts, roles: @escaping @Sendable () -> Roles, calls: CallFigures,
    opened: OpenedLog, log: PacedLog, isCaughtUp: @escaping @Sendable () -> Bool,
    caughtUp: @escaping @Sendable () async throws -> Void,
    note: @escaping @Sendable (any Error) -> Void
  ) {
    self.accounts = accounts
    self.roles = roles
    self.isCaughtUp = isCaughtUp
    self.caughtUp = caughtUp
    self.note = note
    self.calls = calls
    entries = Dictionary(
      routes.map { ($0.method, Entry(route: $0, durations: calls.durations(of: $0.method))) }
    ) { first, _ in first }
    self.log = log
    self.opened = opened
  }

  func prepare(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> PreparedCall {
    guard let entry = entries[call.method] else {
      return { _, _ in .now(.failure(.methodNotImplemented(call.method))) }
    }
    let routed = RoutedCall(self, entry, try entry.route.prepare(parameters), more: call.more)
    return { peer, done in routed.answering(peer, done) }
  }

  func serves(_ peer: Peer) async -> Bool {
    let asker = await caller(peer, "")
    // Of whom the directory never said anything nobody knows whether he is a stranger: he is told that it cannot say.
    return asker.actor.role != nil || asker.isIncomplete
  }

  func refused(_ name: String, _ call: Call?) {
    // What is no method of ours may be any text: counted by name it would grow without end.
    let method = call.flatMap { $0.method.isASCII ? entries[$0.method]?.route.method : nil } ?? ""
    calls.errors.add(method, name)
  }

  /// Who calls and what he may now, when that is known and costs no change of thread.
  func knownCaller(_ peer: Peer, _ method: String) -> Caller? {
    let roles = roles()
    return accounts.standing(of: peer, in: Self.groups(of: peer, roles)).map { caller(peer, method, roles, $0) }
  }

  /// The same; the directory is asked, if it must be, where it holds up nobody else.
  func caller(_ peer: Peer, _ method: String) async -> Caller {
    let roles = roles()
    let groups = Self.groups(of: peer, roles)
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
    return caller(
      peer, method, roles, standing ?? Accounts.Standing(account: "uid \(peer.uid)", isIncomplete: true))
  }

  /// The groups about which the directory is asked for a caller.
  private static func groups(of peer: Peer, _ roles: Roles) -> [RoleGroup] {
    Roles.isOperator(peer.uid) ? [] : roles.directoryGroups(of: peer)
  }

  private func caller(_ peer: Peer, _ method: String, _ roles: Roles, _ known: Accounts.Standing) -> Caller {
    if known.isAnother {
      log.note(
        .warning, "the number of an account that is connected is another's now", uid: peer.uid,
        ["account": "\(known.account)"])
    }
    return Caller(
      Actor(uid: peer.uid, account: known.account, role: roles.role(of: peer, known)), peer, method, roles,
      isIncomplete: known.isIncomplete, self)
  }

  /// What a call is told that has failed.
  func failure(for error: any Error, _ method: String, _ uid: UInt32) -> VarlinkError {
    if let failure = WireFailure.error(for: error) { return failure }
    // Only a stop cancels a call whose client is still there.
    if error is CancellationError { return WireFailure.wire(Wire.Stopping()) }
    // What is left is our own fault or the disk's; the details are for the operator, not for the caller.
    note(error)
    log.logger.error("\(method) failed", metadata: ["uid": "\(uid)", "error": "\(error)"])
    return WireFailure.wire(Wire.ReadFailed())
  }
}
