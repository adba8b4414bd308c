import Glibc

/// LMDB trusts its pages: a damaged one may end the process that reads it. Nobody can tell then which file it was, so the
/// views, which can be made anew, are not believed by the next start; else it would die of the same page again.
enum CrashMark {
  private nonisolated(unsafe) static var state: UnsafeMutablePointer<CChar>?

  /// From here on a signal that only a fault raises takes `STATE` away, and then does what it does.
  static func arm(state path: String) {
    state = strdup(path)
    for number in [SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE] {
      var action = sigaction()
      action.sa_flags = Int32(truncatingIfNeeded: UInt32(SA_RESETHAND))
      action.__sigaction_handler.sa_handler = { number in
        if let state = CrashMark.state { unlink(state) }
        raise(number)
      }
      sigaction(number, &action, nil)
    }
  }
}
