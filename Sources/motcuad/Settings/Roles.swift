import Desk
import Glibc
import VarlinkServer

/// Who holds which role: the ids of users and groups, as they were when the settings were read.
struct Roles: Sendable {
  private var users: [UInt32: Role] = [:]
  private var groups: [UInt32: Role] = [:]
  /// Names that no user or group bears. An account may be made later, so they are no mistake yet.
  private(set) var unknown: [SettingsError] = []

  /// The tables `[role.…]` of `office.toml`. In settings from before there were any, whoever may open the socket is a
  /// clerk, as he was then.
  init(_ root: SettingsSection) throws(SettingsError) {
    guard let section = try root.optionalSection("role") else {
      if let gid = UserDatabase.gid("motcua") { groups[gid] = .clerk }
      return
    }
    for role in Role.allCases {
      guard let table = try section.optionalSection(role.rawValue) else { continue }
      for name in try table.strings("users") {
        if let uid = UserDatabase.uid(name) {
          users[uid] = Role.strongest(of: [role] + [users[uid]].compactMap(\.self))
        } else {
          unknown.append(
            table.error(
              "users", "máy này chưa có tài khoản “\(name)”; khi đã có, nạp lại cấu hình",
              "there is no user “\(name)” on this machine yet; load the configuration again when there is"))
        }
      }
      for name in try table.strings("groups") {
        if let gid = UserDatabase.gid(name) {
          groups[gid] = Role.strongest(of: [role] + [groups[gid]].compactMap(\.self))
        } else {
          unknown.append(
            table.error(
              "groups", "máy này chưa có nhóm “\(name)”; khi đã có, nạp lại cấu hình",
              "there is no group “\(name)” on this machine yet; load the configuration again when there is"))
        }
      }
      try table.finish()
    }
    try section.finish()
  }

  /// The strongest of the roles that his user and his groups have; nil for a stranger. Root and the daemon's own account
  /// need no settings.
  func role(uid: UInt32, groups: [UInt32]) -> Role? {
    if uid == 0 || uid == getuid() { return .operatorRole }
    return Role.strongest(of: [users[uid]].compactMap(\.self) + groups.compactMap { self.groups[$0] })
  }

  func role(of peer: Peer) -> Role? { role(uid: peer.uid, groups: [peer.gid] + peer.groups) }
}
