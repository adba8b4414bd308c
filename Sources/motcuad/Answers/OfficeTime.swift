import Desk
import Synchronization

/// The offset at which times are told: the office's. Set once, before the daemon answers.
enum OfficeTime {
  static let offset = Mutex(UTCOffset.utc)
}

extension Timestamp {
  /// RFC 3339 at the office's offset.
  var wire: String { rfc3339(at: OfficeTime.offset.withLock { $0 }) }
}
