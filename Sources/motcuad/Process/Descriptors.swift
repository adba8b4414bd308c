import Glibc
import Logging

/// How many files and sockets the process may hold open.
enum Descriptors {
  /// How many the daemon holds beside its connections: the ledger, the views, spools, inspectors.
  private static let others = 128

  /// Raises the process's own limit as far as the system allows, because the usual 1,024 would be met before the limit
  /// of connections is; what it does not allow is logged.
  static func makeRoom(for connections: Int, _ logger: Logger) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let (had, wanted) = (limit.rlim_cur, rlim_t(connections + others))
    guard had < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    let isRaised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    let has = isRaised ? limit.rlim_cur : had
    if has >= wanted { return }
    logger.warning(
      "fewer descriptors than connections_max needs: raise the hard limit (LimitNOFILE)",
      metadata: ["connections": "\(max(0, Int(has) - others))"])
  }
}
