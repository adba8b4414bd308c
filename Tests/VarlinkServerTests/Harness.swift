import Foundation
import Glibc
import Logging
import Synchronization
import Testing
import Varlink
import VarlinkClient
import VarlinkServer

/// A server in a directory of its own, stopped and removed at the end.
struct Harness: Sendable {
  let directory: String
  let path: String
  let service: EchoService
  let server: VarlinkServer
  let log: TestLog

  static func makeServer(
    _ service: EchoService, limits: ServerLimits = ServerLimits(), log: TestLog = TestLog()
  ) throws -> VarlinkServer {
    VarlinkServer(
      info: ServiceInfo(vendor: "v", product: "p", version: "1", url: "u"),
      interfaces: [try InterfaceDescription(parsing: EchoService.interface)],
      errors: ErrorNames(
        protocolViolation: "org.example.ProtocolError", tooManyConnections: "org.example.TooManyConnections",
        tooManyStreams: "org.example.TooManyStreams"),
      service: service, limits: limits,
      logger: Logger(label: "test") { _ in log })
  }

  static func withDirectory<T>(_ body: (String) async throws -> T) async throws -> T {
    var template = Array("/tmp/varlink-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(directory)
  }

  static func run(
    limits: ServerLimits = ServerLimits(), _ body: @Sendable (Harness) async throws -> Void
  ) async throws {
    try await withDirectory { directory in
      let service = EchoService()
      let log = TestLog()
      let server = try makeServer(service, limits: limits, log: log)
      let harness = Harness(
        directory: directory, path: directory + "/s", service: service, server: server, log: log)
      try await serving(server, .path(harness.path)) { try await body(harness) }
    }
  }

  /// Runs the body while the server serves; a server that cannot start throws before the body runs.
  static func serving(
    _ server: VarlinkServer, _ socket: ListeningSocket, _ body: @Sendable () async throws -> Void
  ) async throws {
    let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
    let running = Task {
      defer { continuation.finish() }
      try await server.run(listening: socket) { continuation.yield() }
    }
    var iterator = ready.makeAsyncIterator()
    guard await iterator.next() != nil else { return try await running.value }
    do { try await body() } catch {
      server.shutdown()
      try await running.value
      throw error
    }
    server.shutdown()
    try await running.value
  }

  /// Waits until something is so; a test that waits in vain fails.
  func eventually(_ what: Comment, _ condition: @Sendable () -> Bool) async throws {
    for _ in 0..<500 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("in vain: \(what)")
  }
}

/// Runs blocking work on a thread of its own, since the pool's few threads have to serve it.
func blocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread { continuation.resume(with: Result { try work() }) }.start()
  }
}

final class TestLog: LogHandler, Sendable {
  private let stored = Mutex<[String]>([])
  var lines: [String] { stored.withLock { $0 } }
  var logLevel: Logger.Level {
    get { .info }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    stored.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
  }
}

/// A client that may say anything.
final class RawSocket: Sendable {
  private let descriptor: Int32
  private let isClosed = Mutex(false)

  private init(descriptor: Int32) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  convenience init(_ path: String) throws {
    self.init(descriptor: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
    try connect(to: path)
  }

  static func unconnected() throws -> RawSocket {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    return RawSocket(descriptor: descriptor)
  }

  func connect(to path: String) throws {
    try #require(Self.join(descriptor, path) { Glibc.connect($0, $1, $2) } == 0)
  }

  deinit { close() }

  /// A socket bound to the path, which nobody listens on yet.
  static func bound(to path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try #require(join(descriptor, path) { bind($0, $1, $2) } == 0)
    return descriptor
  }

  private static func join(
    _ descriptor: Int32, _ path: String, by call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// Waits until the other side has taken what was sent out of the kernel's hands.
  func waitUntilRead() {
    var waiting: Int32 = 1
    while ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0, waiting > 0 { usleep(20) }
  }

  /// The same, and until it has put it where it counts it.
  func waitUntilTaken() {
    waitUntilRead()
    usleep(50_000)
  }

  /// Once only: a second close would hit whatever got the number meanwhile.
  func close() {
    let isFirst = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    if isFirst { Glibc.close(descriptor) }
  }

  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// How many bytes were taken before the peer hung up.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Int {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { break }
      sent += count
    }
    return sent
  }

  @discardableResult
  func send(_ text: String) -> Int { send(Array(text.utf8)) }

  /// The next bytes; nil at the end, whether by a close or a reset, or after ten seconds.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  /// The frames until the server hangs up.
  func receiveAll() -> [String] {
    var bytes: [UInt8] = []
    while let more = receive() { bytes += more }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
