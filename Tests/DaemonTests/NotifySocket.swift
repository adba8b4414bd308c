import Foundation
import Glibc
import Synchronization

/// What systemd is for a daemon that it starts: a datagram socket that hears what is said and when.
final class NotifySocket: Sendable {
  struct Message: Sendable {
    var lines: [String]
    /// Seconds since some moment, by the clock that nobody sets.
    var at: Double

    func says(_ line: String) -> Bool { lines.contains(line) }
    subscript(variable: String) -> String? {
      lines.first { $0.hasPrefix(variable + "=") }.map { String($0.dropFirst(variable.count + 1)) }
    }
  }

  let path: String
  private let descriptor: Int32
  private let heard = Mutex<[Message]>([])

  init(_ path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw RunningDaemon.Failure(text: "bind \(path): \(String(cString: strerror(errno)))") }
    Thread { [descriptor, self] in
      var buffer = [UInt8](repeating: 0, count: 8192)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        heard.withLock { $0.append(Message(lines: lines, at: Self.now)) }
      }
    }.start()
  }

  /// Ends the thread that listens; everything that was said before is heard.
  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  var messages: [Message] { heard.withLock { $0 } }

  /// Everything that was said before it is asked, by whoever has ended by then, too.
  func allMessages() -> [Message] {
    let mark = "MARK=\(UUID().uuidString)"
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    _ = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, mark, mark.utf8.count, 0, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    _ = wait { $0.says(mark) }
    return messages.filter { $0.lines.first?.hasPrefix("MARK=") != true }
  }

  func messages(saying line: String) -> [Message] { messages.filter { $0.says(line) } }

  /// Waits until something was said, at most so many seconds; the first such message after a moment.
  func wait(seconds: Double = 20, after: Double = 0, for isMeant: (Message) -> Bool) -> Message? {
    let end = Self.now + seconds
    while Self.now < end {
      if let message = messages.first(where: { $0.at > after && isMeant($0) }) { return message }
      usleep(5000)
    }
    return nil
  }

  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

extension RunningDaemon {
  /// The daemon as a service of systemd, which waits so long for a sign of life; there is to be one in each third of that.
  func supervise(watchdog microseconds: Int? = 900_000) throws -> NotifySocket {
    let systemd = try NotifySocket(home + "/notify")
    environment["NOTIFY_SOCKET"] = systemd.path
    environment["WATCHDOG_USEC"] = microseconds.map(String.init)
    return systemd
  }

  func signal(_ number: Int32) { if let process { Glibc.kill(process.processIdentifier, number) } }
}
