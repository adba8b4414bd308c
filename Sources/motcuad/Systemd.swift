import Glibc

/// What the daemon tells systemd; without `NOTIFY_SOCKET` nothing is told.
enum Systemd {
  static func notify(_ lines: String...) {
    guard let value = getenv("NOTIFY_SOCKET") else { return }
    let path = String(cString: value)
    guard let address = address(path) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let message = Array(lines.joined(separator: "\n").utf8)
    withUnsafePointer(to: address.value) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), pointer, address.length)
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
