import Glibc
import Synchronization

/// Account names of uids, from the system's user database.
final class Accounts: Sendable {
  private let names = Mutex<[UInt32: String]>([:])

  /// The account's name; `uid 1234` for a uid without an account.
  func name(of uid: UInt32) -> String {
    if let name = names.withLock({ $0[uid] }) { return name }
    let name = Self.lookUp(uid) ?? "uid \(uid)"
    names.withLock { $0[uid] = name }
    return name
  }

  private static func lookUp(_ uid: UInt32) -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return nil
    }
    return String(cString: name)
  }
}
