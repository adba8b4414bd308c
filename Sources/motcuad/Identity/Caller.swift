import Desk
import DeskInterface
import DeskWire
import Logging
import VarlinkServer

/// Who calls, as the kernel says, and what he may do by the settings of now. It goes from hand to hand, and so it is one
/// object.
final class Caller: Sendable {
  let actor: Actor
  let peer: Peer
  /// The method that is called.
  let method: String
  let roles: Roles
  /// Whether the directory of users has never answered something that his role hangs on.
  let isIncomplete: Bool
  private let table: RouteTable

  init(
    _ actor: Actor, _ peer: Peer, _ method: String, _ roles: Roles, isIncomplete: Bool, _ table: RouteTable
  ) {
    self.actor = actor
    self.peer = peer
    self.method = method
    self.roles = roles
    self.isIncomplete = isIncomplete
    self.table = table
  }

  private var log: PacedLog { table.log }

  /// The same caller with what he may do by then.
  func again() async -> Caller { await table.caller(peer, method) }

  /// Refuses whoever does not hold the role, and says so in the log.
  func require(_ needed: Role) throws {
    guard !actor.holds(needed) else { return }
    if isIncomplete { throw WireFailure.wire(Wire.AccountsUnavailable(account: actor.account)) }
    log.note(
      .notice, "refused", uid: peer.uid, about: method,
      [
        "account": "\(actor.account)", "method": "\(method)", "needed": "\(needed.rawValue)",
        "held": "\(actor.role?.rawValue ?? "none")",
      ])
    throw WireFailure.wire(Wire.PermissionDenied(method: method, needed: needed.wire, held: actor.role?.wire))
  }

  /// Notes that he is given so many cases, events or promises that tell about people.
  func isGiven(_ count: Int) { table.opened.add(count, to: self) }

  /// The actor that is recorded: the caller himself, or a supervisor on behalf of another account, which must hold the
  /// needed role, too.
  func acting(onBehalfOf account: String?, inRole needed: Role) async throws -> Actor {
    guard let account = try FieldText.account.checked(account) else { return actor }
    try require(.supervisor)
    // The directory of users may be far away, and other callers must not wait for it.
    let found: (UserDatabase.User, Set<RoleGroup>)?
    do {
      found = try await offPool { [accounts = table.accounts, roles] in
        guard let user = try UserDatabase.user(named: account) else { return nil }
        return (user, try accounts.groups(of: user, among: roles.directoryGroups))
      }
    } catch {
      log.note(
        .warning, "an account cannot be looked up", uid: peer.uid, ["account": "\(account)", "error": "\(error)"])
      throw WireFailure.wire(Wire.AccountsUnavailable(account: account))
    }
    guard let (other, groups) = found else { throw WireFailure.wire(Wire.UnknownAccount(account: account)) }
    if other.uid == actor.uid { return actor }
    let held = roles.role(of: other, in: groups)
    guard held?.covers(needed) == true else {
      throw WireFailure.wire(Wire.BehalfNotAllowed(account: account, needed: needed.wire, held: held?.wire))
    }
    var acting = actor
    acting.onBehalfOf = other.name
    return acting
  }
}
