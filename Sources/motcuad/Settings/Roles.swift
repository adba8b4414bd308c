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
      let gid = try Self.found(root, "role", "motcua") { () throws(UserDatabase.Failure) in
        try UserDatabase.gid("motcua")
      }
      if let gid { groups[gid] = .clerk }
      return
    }
    for role in Role.allCases {
      guard let table = try section.optionalSection(role.rawValue) else { continue }
      for name in try table.strings("users") {
        let uid = try Self.found(table, "users", name) { () throws(UserDatabase.Failure) in
          try UserDatabase.uid(name)
        }
        if let uid {
          users[uid] = Role.strongest(of: [role] + [users[uid]].compactMap(\.self))
        } else {
          unknown.append(
            table.error(
              "users", "máy này chưa có tài khoản “\(name)”; khi đã có, nạp lại cấu hình",
              "there is no user “\(name)” on this machine yet; load the configuration again when there is"))
        }
      }
      for name in try table.strings("groups") {
        let gid = try Self.found(table, "groups", name) { () throws(UserDatabase.Failure) in
          try UserDatabase.gid(name)
        }
        if let gid {
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

  /// A name that nobody can look up now may be anybody's: whoever reads the settings must not go on without it.
  private static func found(
    _ section: SettingsSection, _ key: String, _ name: String, _ look: () throws(UserDatabase.Failure) -> UInt32?
  ) throws(SettingsError) -> UInt32? {
    do throws(UserDatabase.Failure) { return try look() } catch {
      throw section.error(
        key, "máy này chưa tra được “\(name)” (\(error)); thử lại khi danh bạ tài khoản trả lời",
        "“\(name)” cannot be looked up on this machine (\(error)); try again when its directory of accounts answers")
    }
  }

  /// The strongest of the roles that his user and his groups have; nil for a stranger. Root and the daemon's own account
  /// need no settings.
  func role(uid: UInt32, groups: [UInt32]) -> Role? {
    if uid == 0 || uid == getuid() { return .operatorRole }
    return Role.strongest(of: [users[uid]].compactMap(\.self) + groups.compactMap { self.groups[$0] })
  }

  func role(of peer: Peer) -> Role? { role(uid: peer.uid, groups: [peer.gid] + peer.groups) }
}
