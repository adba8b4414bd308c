import Glibc

/// Holds ^C and the like back, so that what the demonstration has started is also cleaned up.
enum Interruption {
  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGHUP)
    return set
  }

  static func holdBack() {
    var set = signals
    sigprocmask(SIG_BLOCK, &set, nil)
  }

  /// Whether somebody has asked to stop since signals are held back.
  static var isPending: Bool {
    var set = sigset_t()
    sigpending(&set)
    return [SIGINT, SIGTERM, SIGHUP].contains { sigismember(&set, $0) == 1 }
  }
}
