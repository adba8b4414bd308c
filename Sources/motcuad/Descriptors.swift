import Glibc

/// How many files and sockets the process may hold open.
enum Descriptors {
  /// What the daemon holds beside its connections: the ledger, the views, spools, inspectors.
  private static let others = 128

  /// Raises the process's own limit as far as the system allows, because the usual 1,024 would be met before the limit
  /// of connections is.
  /// - Returns: how many connections fit when so many do not; nil when they do.
  static func makeRoom(for connections: Int) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    let wanted = rlim_t(connections + others)
    guard limit.rlim_cur < wanted else { return nil }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur >= wanted else {
      return max(0, Int(limit.rlim_cur) - others)
    }
    return nil
  }
}
