import Glibc
import Wording

/// The system's users and groups.
enum UserDatabase {
  struct User: Sendable {
    var uid: UInt32
    var name: String
    /// The id of the user's own group.
    var gid: UInt32
  }

  /// A group as the directory has it.
  struct Group: Sendable {
    var gid: UInt32
    /// By name; users whose own group it is are not among them.
    var members: Set<String>

    /// Whether it is still the group that was meant, and has the user.
    func has(_ user: User, as meant: RoleGroup) -> Bool {
      gid == meant.gid && (user.gid == gid || members.contains(user.name))
    }
  }

  /// The system could not say whether there is such a user or group.
  struct Failure: Error, CustomStringConvertible {
    var code: Int32

    var description: String { SystemErrorText(code).en }
  }

  /// The user of that id; nil when there is none.
  static func user(uid: UInt32) throws(Failure) -> User? { try user { getpwuid_r(uid, $0, $1, $2, $3) } }

  /// The user of that name; nil when there is none.
  static func user(named name: String) throws(Failure) -> User? { try user { getpwnam_r(name, $0, $1, $2, $3) } }

  /// The account's name; `uid 1234` for a uid without an account.
  static func account(of uid: UInt32) throws(Failure) -> String { try user(uid: uid)?.name ?? "uid \(uid)" }

  /// The group of that name; nil when there is none.
  static func group(named name: String) throws(Failure) -> Group? { try group { getgrnam_r(name, $0, $1, $2, $3) } }

  /// The group of that id; nil when there is none.
  static func group(gid: UInt32) throws(Failure) -> Group? { try group { getgrgid_r(gid, $0, $1, $2, $3) } }

  /// The group that gives a role, by its name where it was given by name, because a number may come to be another
  /// group's.
  static func group(_ group: RoleGroup) throws(Failure) -> Group? {
    if let name = group.name { return try Self.group(named: name) }
    return try Self.group(gid: group.gid)
  }

  private static func group(
    _ look: (
      UnsafeMutablePointer<group>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<group>?>
    ) -> Int32
  ) throws(Failure) -> Group? {
    try entry(look) { (entry: group) in
      var members: Set<String> = []
      var next = entry.gr_mem
      while let name = next?.pointee {
        members.insert(String(cString: name))
        next = next?.successor()
      }
      return Group(gid: entry.gr_gid, members: members)
    }
  }

  /// The groups of a user, his own among them, for a process that becomes him.
  /// When the system cannot say, glibc leaves groups out, and he seems to be in fewer than he is.
  static func groups(of user: User) -> [UInt32] {
    var groups = [gid_t](repeating: 0, count: 64)
    while true {
      var count = Int32(groups.count)
      if getgrouplist(user.name, user.gid, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
      groups = [gid_t](repeating: 0, count: max(Int(count), groups.count * 2))
    }
  }

  private static func user(
    _ look: (
      UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32
  ) throws(Failure) -> User? {
    try entry(look) { (entry: passwd) in
      entry.pw_name.map { User(uid: entry.pw_uid, name: String(cString: $0), gid: entry.pw_gid) }
    }
  }

  /// Asks with as large a buffer as the entry needs: a group of many members has a long one.
  private static func entry<Entry, Value>(
    _ look: (
      UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
    ) -> Int32, read: (Entry) -> Value?
  ) throws(Failure) -> Value? {
    var size = 16_384
    while true {
      let (code, value): (Int32, Value?) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
        withUnsafeTemporaryAllocation(of: Entry.self, capacity: 1) { entry in
          guard let text = buffer.baseAddress, let place = entry.baseAddress else { return (ENOMEM, nil) }
          var found: UnsafeMutablePointer<Entry>?
          let code = look(place, text, size, &found)
          return (code, code == 0 ? found.flatMap { read($0.pointee) } : nil)
        }
      }
      switch code {
      // 0 without a value says that there is no such entry; the others say so where the file itself is missing.
      case 0, ENOENT, ESRCH: return value
      case EINTR: continue
      case ERANGE where size < 1 << 26: size *= 2
      default: throw Failure(code: code)
      }
    }
  }
}
