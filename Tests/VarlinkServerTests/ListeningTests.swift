import Foundation
import Glibc
import Testing
import Varlink
import VarlinkClient

@testable import VarlinkServer

@Suite("Listening", .timeLimit(.minutes(30)))
struct ListeningTests {
  private func failure(_ socket: ListeningSocket) async throws -> ListenError? {
    do {
      let server = try Harness.makeServer(EchoService())
      try await Harness.serving(server, socket) {}
      return nil
    } catch let error as ListenError { return error }
  }

  private func who(_ path: String) async throws {
    _ = try await blocking { try Connection(path: path).call("org.example.echo.Who") }
  }

  @Test("the socket has the wanted mode whatever the umask, and is gone afterwards", arguments: [0o660, 0o600, 0o666])
  func mode(_ mode: UInt32) async throws {
    try await Harness.withDirectory { directory in
      let path = directory + "/made/s"
      let server = try Harness.makeServer(EchoService())
      try await Harness.serving(server, .path(path, mode: mode)) {
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode == S_IFSOCK | mode)
        #expect(lstat(directory + "/made", &status) == 0 && status.st_mode & 0o777 == 0o700)
        try await who(path)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("a second server on a path is refused and the first goes on")
  func second() async throws {
    try await Harness.run { harness in
      #expect(try await failure(.path(harness.path)) == .heldByAnother(harness.path))
      try await who(harness.path)
    }
  }

  @Test("a socket that nobody serves any more is taken over")
  func stale() async throws {
    try await Harness.withDirectory { directory in
      let path = directory + "/s"
      close(try RawSocket.bound(to: path))
      let server = try Harness.makeServer(EchoService())
      try await Harness.serving(server, .path(path)) { try await who(path) }
    }
  }

  @Test("a socket on which somebody listens without our lock, as a service manager does, is left to him")
  func heldWithoutLock() async throws {
    try await Harness.withDirectory { directory in
      let path = directory + "/s"
      let descriptor = try RawSocket.bound(to: path)
      defer { close(descriptor) }
      #expect(listen(descriptor, 1) == 0)
      // Each look takes a place of the queue, so the last ones meet a full one.
      for _ in 0..<4 { #expect(try await failure(.path(path)) == .heldByAnother(path)) }
    }
  }

  @Test("a file or a link at the path is left alone")
  func notASocket() async throws {
    try await Harness.withDirectory { directory in
      let file = directory + "/file"
      let link = directory + "/link"
      try "precious".write(toFile: file, atomically: false, encoding: .utf8)
      #expect(symlink(file, link) == 0)
      #expect(try await failure(.path(file)) == .notASocket(file))
      #expect(try await failure(.path(link)) == .notASocket(link))
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
    }
  }

  @Test("a directory in which others may write is refused, a linked one too")
  func unsafeDirectory() async throws {
    try await Harness.withDirectory { directory in
      let open = directory + "/open"
      #expect(mkdir(open, 0o700) == 0 && chmod(open, 0o770) == 0)
      #expect(symlink("/run", directory + "/link") == 0)
      for path in [open + "/s", directory + "/link/s"] {
        guard case .unsafeDirectory = try await failure(.path(path)) else {
          Issue.record("\(path) was taken")
          continue
        }
      }
      guard case .system(operation: "mkdir", _, errno: ENOENT) = try await failure(.path(directory + "/a/b/s")) else {
        Issue.record("parents were made")
        return
      }
    }
  }

  @Test("a path that no socket can have is refused")
  func tooLong() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 103)
    #expect(try await failure(.path(path)) == .pathTooLong(path))
  }

  @Test("an inherited socket is served; anything else inherited is refused")
  func inherited() async throws {
    try await Harness.withDirectory { directory in
      let path = directory + "/s"
      let descriptor = try RawSocket.bound(to: path)
      #expect(try await failure(.inherited(descriptor)) == .notListening(descriptor: descriptor))
      #expect(listen(descriptor, 16) == 0)
      let server = try Harness.makeServer(EchoService())
      try await Harness.serving(server, .inherited(descriptor)) { try await who(path) }
      #expect(FileManager.default.fileExists(atPath: path))
      #expect(try await failure(.inherited(-1)) == .notListening(descriptor: -1))
    }
  }

  @Test("systemd's sockets are taken by name, closed on exec, and only when meant for this process")
  func systemd() async throws {
    var pair: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    defer { pair.forEach { close($0) } }
    // Two numbers in a row that are nobody's: the other tests of this process have sockets too.
    var (first, second): (Int32, Int32) = (500, -1)
    while true {
      first = fcntl(pair[0], F_DUPFD, first)
      second = fcntl(pair[1], F_DUPFD, first + 1)
      try #require(first >= 0 && second >= 0)
      if second == first + 1 { break }
      close(first)
      close(second)
      first = second + 1
    }
    defer {
      close(first)
      close(second)
    }
    var environment = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "varlink:"]
    let sockets = ListeningSocket.inheritedFromSystemd(environment, firstDescriptor: first)
    #expect(sockets == ["varlink": first, "unknown": first + 1])
    #expect(fcntl(first, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
    environment["LISTEN_PID"] = "1"
    #expect(ListeningSocket.inheritedFromSystemd(environment).isEmpty)
    #expect(ListeningSocket.inheritedFromSystemd([:]).isEmpty)
  }

  @Test("past the limit of connections new ones are told so and closed, and taken again when there is room")
  func connectionLimit() async throws {
    try await Harness.run(limits: ServerLimits(connections: 2)) { harness in
      let held = try await blocking {
        let held = [try RawSocket(harness.path), try RawSocket(harness.path)]
        for socket in held {
          socket.send("{\"method\":\"org.example.echo.Who\"}\0")
          #expect(socket.receive() != nil)
        }
        let refusal = #"{"error":"org.example.TooManyConnections","parameters":{"limit":2,"perUser":false}}"#
        for _ in 0..<2 { #expect(try RawSocket(harness.path).receiveAll() == [refusal]) }
        return held
      }
      #expect(harness.log.lines.count { $0.contains("too many connections") } == 1)
      held[0].close()
      var isAnswered = false
      for _ in 0..<500 where !isAnswered {
        isAnswered = (try? await who(harness.path)) != nil
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(isAnswered)
    }
  }

  @Test("out of descriptors the server rests, and goes on when there are some")
  func descriptors() async {
    await #expect(processExitsWith: .success) {
      try await Harness.run { harness in
        let sockets = try (0..<20).map { _ in try RawSocket.unconnected() }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        var none = rlimit(rlim_cur: 3, rlim_max: limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
        for socket in sockets { try socket.connect(to: harness.path) }
        let before = clock()
        // Not Task.sleep, whose own timer may need a descriptor.
        try await blocking { _ = usleep(800_000) }
        #expect(Double(clock() - before) / 1_000_000 < 0.3, "seconds of processor time")
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try await blocking {
          for socket in sockets {
            socket.send("{\"method\":\"org.example.echo.Who\"}\0")
            #expect(socket.receive() != nil)
          }
        }
        #expect((1...3).contains(harness.log.lines.count { $0.contains("cannot accept") }))
      }
    }
  }
}
