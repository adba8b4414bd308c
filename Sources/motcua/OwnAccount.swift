import Glibc

/// The account that this process runs as.
enum OwnAccount {
  /// Its name; nil where the directory of users does not have it.
  static var name: String? {
    guard let name = getpwuid(getuid())?.pointee.pw_name else { return nil }
    return String(cString: name)
  }

  /// Whether the machine's files have the account in the group and this session is not in it: the session began
  /// before, most likely.
  static func isMissingFromSession(_ group: String) -> Bool {
    guard let name, let found = getgrnam(group)?.pointee, let members = found.gr_mem else { return false }
    var own = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
    if getgroups(Int32(own.count), &own) < 0 || getegid() == found.gr_gid || own.contains(found.gr_gid) { return false }
    var index = 0
    while let member = members[index] {
      if String(cString: member) == name { return true }
      index += 1
    }
    return false
  }
}
