import Glibc
import Logging
import Synchronization

/// One line an entry on standard error, with the level as the prefix that the journal reads.
struct JournalLog: LogHandler {
  /// Every logger that has no level of its own leaves out what is below this one.
  static let level = Mutex(Logger.Level.info)

  var logLevel: Logger.Level {
    get { own ?? Self.level.withLock { $0 } }
    set { own = newValue }
  }
  private var own: Logger.Level?
  var metadata: Logger.Metadata = [:]
  /// Whether standard error is the journal, as `JOURNAL_STREAM` names it (systemd.exec(5)). Having the variable is not
  /// enough: a program may have inherited it and write elsewhere.
  static let isJournal: Bool = {
    var status = stat()
    guard let stream = getenv("JOURNAL_STREAM"), fstat(STDERR_FILENO, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let merged = metadata.merging(event.metadata ?? [:]) { $1 }
    let fields = merged.sorted { $0.key < $1.key }.map { " \($0.key)=\(LogText.value("\($0.value)"))" }.joined()
    let line = Array(Self.line(event.level, DataDirectory.named(LogText.line("\(event.message)") + fields)).utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  static func line(_ level: Logger.Level, _ text: String) -> String {
    (isJournal ? "<\(level.syslog)>" : "motcuad: \(level): ") + text + "\n"
  }
}

extension Logger.Level {
  fileprivate var syslog: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
