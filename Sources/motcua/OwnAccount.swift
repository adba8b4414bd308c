import Glibc

/// The account that this process runs as.
enum OwnAccount {
  /// Its name; nil where the directory of users does not have it.
  static var name: String? {
    guard let name = getpwuid(getuid())?.pointee.pw_name else { return nil }
    return String(cString: name)
  }

  /// Whether the account has come into the group since it logged in: the machine's files have it there, and what runs
  /// in this session does not know yet.
  static func hasJoinedSinceLogin(_ group: String) -> Bool {
    guard let name, let found = getgrnam(group)?.pointee, let members = found.gr_mem else { return false }
    var own = [gid_t](repeating: 0, count: 65_536)
    let count = getgroups(Int32(own.count), &own)
    if count < 0 || getegid() == found.gr_gid || own.prefix(Int(count)).contains(found.gr_gid) { return false }
    var index = 0
    while let member = members[index] {
      if String(cString: member) == name { return true }
      index += 1
    }
    return false
  }
}
