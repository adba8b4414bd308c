import Foundation
import Testing

/// `strace` around the daemon: what it asks of the kernel, and what the kernel is made to answer.
enum Strace {
  static let path = "/usr/bin/strace"
  static var isHere: Bool { FileManager.default.isExecutableFile(atPath: path) }
  static let comment: Comment = "skipped: needs strace"

  /// The traced process stays the child of whoever started it; the tracer is the grandchild (`-D`).
  static func around(_ options: [String], log: String) -> [String] { [path, "-D", "-f", "-o", log] + options }

  /// The whole log: it is written when the traced process has gone.
  static func log(_ path: String) throws -> Data {
    let deadline = Date(timeIntervalSinceNow: 30)
    var size = -1
    while Date() < deadline {
      let now = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
      if now == size, now > 0 { break }
      size = now
      usleep(100_000)
    }
    return try Data(contentsOf: URL(filePath: path))
  }
}
