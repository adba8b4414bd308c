import Desk
import Synchronization

/// The offset at which times are presented: the office's. Set by the start, before the daemon answers, and by each
/// reload.
enum OfficeTime {
  static let offset = Mutex(UTCOffset.utc)

  static var now: UTCOffset { offset.withLock { $0 } }
}

extension Timestamp {
  /// RFC 3339 at the office's offset.
  var wire: String { rfc3339(at: OfficeTime.now) }
}
