import Glibc
import Logging

/// LMDB trusts its pages: a damaged one may end the process that reads it. Nobody can tell then which file it was, so
/// the views, which can be made anew, are not believed by the next start; otherwise it could die of the same page
/// again.
enum CrashMark {
  private static let signals = [SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE]
  private nonisolated(unsafe) static var state: UnsafeMutablePointer<CChar>?
  /// The line to log for each signal, by its number; made beforehand, because a signal handler may not allocate.
  private nonisolated(unsafe) static var lines: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?

  /// From here on a signal that only a fault raises is logged and removes `STATE`, and then ends the process as ever.
  static func arm(state path: String) {
    state = strdup(path)
    let lines = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: 65)
    lines.initialize(repeating: nil, count: 65)
    for number in signals { lines[Int(number)] = strdup(JournalLog.line(.critical, reason(number))) }
    self.lines = lines
    for number in signals {
      var action = sigaction()
      action.sa_flags = Int32(truncatingIfNeeded: UInt32(SA_RESETHAND))
      action.__sigaction_handler.sa_handler = { number in
        if let line = CrashMark.lines?[Int(number)] { _ = write(STDERR_FILENO, line, strlen(line)) }
        if let state = CrashMark.state { unlink(state) }
        raise(number)
      }
      sigaction(number, &action, nil)
    }
  }

  private static func reason(_ number: Int32) -> String {
    let cause =
      number == SIGBUS
      ? "a part of a file could not be read, or not be written because the disk or a quota has no room for it"
      : "a file is damaged, or the program is wrong"
    return "ended by signal \(number): \(cause); what was under way is settled by the next start, which says more"
  }
}
