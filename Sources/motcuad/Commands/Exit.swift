import ArgumentParser
import Glibc
import VarlinkServer

/// How the daemon ends, in the numbers of sysexits.h. After these numbers, the unit restarts it for `storage` only.
enum Exit {
  static let usage = ExitCode(64)
  static let config = ExitCode(78)
  /// The ledger is missing events, was exchanged, or is damaged.
  static let damage = ExitCode(65)
  /// The socket's place or the data directory is in use by another process, or not safe to work in.
  static let inUse = ExitCode(69)
  /// The disk, the socket or the file system failed.
  static let storage = ExitCode(74)

  static func code(_ error: UnsafePath) -> ExitCode {
    switch error {
    case .system: storage
    case .insideData: config
    default: inUse
    }
  }

  /// `storage` only where the next start may go better: the system refused something, or the socket broke.
  static func code(_ error: ListenError) -> ExitCode {
    switch error {
    case .system, .closedUnexpectedly, .runTwice: storage
    case .pathTooLong, .unsafeDirectory, .heldByAnother, .notASocket, .notListening: inUse
    }
  }
}

/// One line to the person who started the daemon, or to the journal that he reads.
func complain(_ text: String) {
  let line = Array(((JournalLog.isJournal ? "<3>" : "motcuad: ") + LogText.line(DataDirectory.named(text)) + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}
