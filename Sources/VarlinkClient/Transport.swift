import Glibc
import Varlink

/// Frames over a Unix stream socket, with deadlines by poll.
final class Transport {
  private let descriptor: Int32
  private var splitter: FrameSplitter
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  init(path: String, timeout: Duration?, replyLimit: Int) throws(ConnectionError) {
    var address = sockaddr_un()
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong }
    guard !path.isEmpty else { throw .noSocket }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    splitter = FrameSplitter(limit: replyLimit)
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system(errno: errno) }
    // A Unix socket connects at once or waits for room in the backlog; only this option limits that wait.
    if let timeout {
      let (seconds, attoseconds) = timeout.components
      // All zeroes would mean to wait for ever.
      var limit = timeval(tv_sec: Int(seconds), tv_usec: max(1, Int(attoseconds / 1_000_000_000_000)))
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var result: Int32
    repeat {
      result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    } while result != 0 && errno == EINTR
    guard result == 0 else { throw Self.connectionError(errno) }
    guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else {
      throw .system(errno: errno)
    }
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  private static func connectionError(_ code: Int32) -> ConnectionError {
    switch code {
    case ENOENT, ENOTDIR: .noSocket
    case ECONNREFUSED, ENOTSOCK: .refused
    case EACCES, EPERM: .notPermitted
    case EAGAIN: .timeout
    default: .system(errno: code)
    }
  }

  func send(_ frame: [UInt8], timeout: Duration?) throws(CallError) {
    let deadline = timeout.map { ContinuousClock.now + $0 }
    var sent = 0
    while sent < frame.count {
      let count = frame.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        // Without its last byte the server cannot have taken the call.
        guard wait(for: POLLOUT, until: deadline) else { throw .timeout(afterSending: false) }
      } else if errno != EINTR {
        throw .connectionLost(afterSending: false)
      }
    }
  }

  func receive(timeout: Duration?) throws(CallError) -> [UInt8] {
    let deadline = timeout.map { ContinuousClock.now + $0 }
    while true {
      if let frame = splitter.next() { return frame }
      let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 {
        // A span cannot outlive the access to a property; a local array lends one, and is let go before the next read.
        let chunk = buffer
        do { try splitter.append(chunk.span.extracting(0..<count)) } catch {
          throw .protocolViolation("a reply of more than \(error.limit) bytes")
        }
      } else if count < 0, errno == EAGAIN {
        guard wait(for: POLLIN, until: deadline) else { throw .timeout(afterSending: true) }
      } else if count == 0 || errno != EINTR {
        throw .connectionLost(afterSending: true)
      }
    }
  }

  /// Whether the socket is ready, broken included, before the deadline.
  private func wait(for event: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
    while true {
      var milliseconds: Int32 = -1
      if let deadline {
        let (seconds, attoseconds) = (deadline - ContinuousClock.now).components
        // Rounded up, so that the last wait does not spin.
        let left = seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000 + 1
        milliseconds = Int32(clamping: max(0, left))
      }
      var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      let ready = poll(&request, 1, milliseconds)
      if ready > 0 { return true }
      if ready == 0, let deadline, ContinuousClock.now >= deadline { return false }
      if ready < 0, errno != EINTR { return true }
    }
  }
}
