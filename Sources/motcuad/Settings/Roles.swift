import Desk
import Glibc
import VarlinkServer

/// A group that gives a role, as the settings name it.
struct RoleGroup: Hashable, Sendable {
  var gid: UInt32
  /// Nil when it was given as a number.
  var name: String?
}

/// Who holds which role: the ids of users and groups, as they were when the settings were read.
struct Roles: Sendable {
  private struct User: Sendable {
    /// Nil when the user was given as a number: then the role is that of whoever bears it.
    var name: String?
    var role: Role
  }

  private struct Group: Sendable {
    /// The group in which the directory must have the caller as well. Nil for a group that a unit gives, because the
    /// kernel alone knows who is in it.
    var directory: RoleGroup?
    var role: Role
  }

  private var users: [UInt32: [User]] = [:]
  private var groups: [UInt32: [Group]] = [:]
  /// Names that no user or group bears. An account may be made later, so they are no mistake yet.
  private(set) var unknown: [SettingsError] = []

  /// The tables `[role.…]` of `office.toml`. Settings from before there were any have none: then the members of the
  /// group `motcua`, who may open the socket, are clerks, as they were.
  init(_ root: SettingsSection) throws(SettingsError) {
    guard let section = try root.optionalSection("role") else {
      if let found = try Self.group(root, "role", "motcua") {
        groups[found.gid, default: []].append(.init(directory: found, role: .clerk))
      }
      return
    }
    for role in Role.allCases {
      guard let table = try section.optionalSection(role.rawValue) else { continue }
      for name in try table.strings("users") {
        let found = try Self.found(table, "users", name) { () throws(UserDatabase.Failure) in
          try UserDatabase.user(named: name)
        }
        if let uid = found?.uid ?? UInt32(name) {
          users[uid, default: []].append(User(name: found == nil ? nil : name, role: role))
        } else {
          unknown.append(
            table.error(
              "users", "máy này chưa có tài khoản “\(name)”; khi đã có, nạp lại cấu hình",
              "there is no user “\(name)” on this machine yet; load the configuration again when there is"))
        }
      }
      for (key, isOfUnit) in [("groups", false), ("unit_groups", true)] {
        for name in try table.strings(key) {
          if let found = try Self.group(table, key, name) {
            groups[found.gid, default: []].append(Group(directory: isOfUnit ? nil : found, role: role))
          } else if let gid = UInt32(name) {
            groups[gid, default: []].append(Group(directory: isOfUnit ? nil : RoleGroup(gid: gid), role: role))
            if isOfUnit { continue }
            unknown.append(
              table.error(
                key,
                "máy này không có nhóm số \(gid), nên chưa ai có vai trò nhờ nhóm ấy; nhóm do unit cấp thì ghi ở unit_groups",
                "this machine has no group \(gid), so it gives nobody a role yet; one that a unit gives belongs in unit_groups"
              ))
          } else {
            unknown.append(
              table.error(
                key, "máy này chưa có nhóm “\(name)”; khi đã có, nạp lại cấu hình",
                "there is no group “\(name)” on this machine yet; load the configuration again when there is"))
          }
        }
      }
      try table.finish()
    }
    try section.finish()
  }

  /// The group of that name, or with that number, which the directory has.
  private static func group(_ table: SettingsSection, _ key: String, _ text: String) throws(SettingsError) -> RoleGroup?
  {
    let found: RoleGroup?? = try found(table, key, text) { () throws(UserDatabase.Failure) in
      if let group = try UserDatabase.group(named: text) { return RoleGroup(gid: group.gid, name: text) }
      guard let gid = UInt32(text), try UserDatabase.group(gid: gid) != nil else { return nil }
      return RoleGroup(gid: gid)
    }
    return found ?? nil
  }

  /// Looks a name up. Throws when the directory does not answer, because settings must not be read without a name that
  /// they give a role.
  private static func found<Value>(
    _ section: SettingsSection, _ key: String, _ name: String, _ look: () throws(UserDatabase.Failure) -> Value?
  ) throws(SettingsError) -> Value? {
    do throws(UserDatabase.Failure) { return try look() } catch {
      throw section.error(
        key, "máy này chưa tra được “\(name)” (\(error)); thử lại khi danh bạ tài khoản trả lời",
        "“\(name)” cannot be looked up on this machine (\(error)); try again when its directory of accounts answers")
    }
  }

  /// Every group about which the directory is asked.
  var directoryGroups: [RoleGroup] { Array(Set(groups.values.joined().compactMap(\.directory))) }

  /// Those of them in which the kernel has a caller.
  func directoryGroups(of peer: Peer) -> [RoleGroup] {
    var found: [RoleGroup] = []
    forEachGroup(of: peer) { group in
      if let directory = group.directory { found.append(directory) }
    }
    return found
  }

  /// Root and the daemon's own account need no settings.
  static func isOperator(_ uid: UInt32) -> Bool { uid == 0 || uid == getuid() }

  /// The strongest of the roles that a caller and his groups have; nil for a stranger.
  func role(of peer: Peer, _ standing: Accounts.Standing) -> Role? {
    if Self.isOperator(peer.uid) { return .operatorRole }
    if standing.isAnother { return nil }
    var held: [Role] = []
    forEachGroup(of: peer) { group in
      if group.directory.map({ standing.groups.contains($0) }) ?? true { held.append(group.role) }
    }
    return strongest(peer.uid, standing.account, held)
  }

  /// What the kernel's groups of a caller give, his own group first.
  private func forEachGroup(of peer: Peer, _ body: (Group) -> Void) {
    for group in groups[peer.gid] ?? [] { body(group) }
    for gid in peer.groups { for group in groups[gid] ?? [] { body(group) } }
  }

  /// The role of an account that is not connected, by what the directory says of it; groups that a unit gives do not
  /// count. Root and the daemon's own account have their role only where they call themselves: nobody works at the
  /// counter as them.
  func role(of user: UserDatabase.User, in members: Set<RoleGroup>) -> Role? {
    let held = groups.values.joined().filter { group in group.directory.map { members.contains($0) } ?? false }
    return strongest(user.uid, user.name, held.map(\.role))
  }

  /// The strongest of the user's own roles and the others. A user who was given by name must still bear it.
  private func strongest(_ uid: UInt32, _ name: String?, _ others: [Role]) -> Role? {
    let own = (users[uid] ?? []).filter { $0.name == nil || $0.name == name }
    return Role.strongest(of: own.map(\.role) + others)
  }
}
