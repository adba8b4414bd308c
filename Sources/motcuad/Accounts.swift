import Synchronization

/// Account names of uids, each looked up once.
final class Accounts: Sendable {
  private let names = Mutex<[UInt32: String]>([:])

  /// The account's name; `uid 1234` for a uid without an account.
  func name(of uid: UInt32) -> String {
    if let name = names.withLock({ $0[uid] }) { return name }
    let name = UserDatabase.user(uid: uid)?.name ?? "uid \(uid)"
    names.withLock { $0[uid] = name }
    return name
  }
}
