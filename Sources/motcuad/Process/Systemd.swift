import EventStore
import Glibc
import Synchronization

/// What the daemon tells systemd (sd_notify(3)); without `NOTIFY_SOCKET` nothing is told.
enum Systemd {
  /// From READY to STOPPING. Only then may the watchdog be fed, because feeding it is what arms it.
  private static let isServing = Atomic<Bool>(false)

  static func ready(_ status: String) {
    isServing.store(true, ordering: .relaxed)
    notify("READY=1", "STATUS=\(status)")
  }

  /// `body` puts another configuration in force and says what the status is then. Before READY nothing is told: the
  /// READY that ends a reload would be taken for that of the start.
  static func reloading(_ body: () -> String) {
    guard isServing.load(ordering: .relaxed) else {
      _ = body()
      return
    }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    notify("RELOADING=1", "MONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    let status = body()
    // The daemon may have been told to stop meanwhile.
    if isServing.load(ordering: .relaxed) { notify("READY=1", "STATUS=\(status)") }
  }

  /// Tells systemd once, however often it is called.
  static func stopping(_ status: String) {
    guard isServing.exchange(false, ordering: .relaxed) else { return }
    notify("STOPPING=1", "STATUS=\(status)")
  }

  static func status(_ text: String) { notify("STATUS=\(text)") }

  /// Says that a start or a stop takes long: systemd gives it up when the next such word does not come within so many
  /// seconds.
  static func working(_ text: String, secondsMax: Int = 60) {
    notify("STATUS=\(text)", "EXTEND_TIMEOUT_USEC=\(secondsMax * 1_000_000)")
  }

  /// Feeds the watchdog at a third of its time; nil when systemd watches nobody, or another process.
  static func watchdog() -> Heartbeat? {
    guard let microseconds = number("WATCHDOG_USEC"), microseconds > 0 else { return nil }
    if getenv("WATCHDOG_PID") != nil, number("WATCHDOG_PID") != Int64(getpid()) { return nil }
    return Heartbeat(every: .microseconds(microseconds) / 3) {
      // A message that is lost because systemd is busy is made good by the next; the thread must not wait for it.
      if isServing.load(ordering: .relaxed) { notify("WATCHDOG=1", waits: false) }
    }
  }

  private static func number(_ variable: String) -> Int64? { getenv(variable).flatMap { Int64(String(cString: $0)) } }

  private static func notify(_ lines: String..., waits: Bool = true) {
    guard let value = getenv("NOTIFY_SOCKET"), let address = address(String(cString: value)) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // A line end within a text would begin a variable of its own.
    let message = lines.map { String($0.map { $0.isNewline ? " " : $0 }) }.joined(separator: "\n")
    let bytes = Array(message.utf8)
    let flags = Int32(MSG_NOSIGNAL) | (waits ? 0 : Int32(MSG_DONTWAIT))
    withUnsafePointer(to: address.value) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = sendto(descriptor, bytes, bytes.count, flags, pointer, address.length)
      }
    }
  }

  /// A path that begins with `@` is an abstract address, which begins with a zero byte.
  private static func address(_ path: String) -> (value: sockaddr_un, length: socklen_t)? {
    var bytes = Array(path.utf8)
    var address = sockaddr_un()
    guard let first = bytes.first, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    if first == UInt8(ascii: "@") { bytes[0] = 0 }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    return (address, socklen_t(start + bytes.count + (first == UInt8(ascii: "@") ? 0 : 1)))
  }
}
