import Glibc
import Testing
import Varlink
import VarlinkClient
import VarlinkServer

@Suite("Stopping", .timeLimit(.minutes(30)))
struct ShutdownTests {
  @Test("a call under way is answered before the server ends, streams end at once")
  func drains() async throws {
    // Long enough that a busy machine ends the stream before it.
    try await Harness.run(limits: ServerLimits(graceSeconds: 60)) { harness in
      async let watching: Void = blocking {
        do {
          try Connection(path: harness.path).stream("org.example.echo.Forever") { _ in true }
          Issue.record("ended as if complete")
        } catch CallError.connectionLost(afterSending: true) {}
      }
      async let reply = blocking {
        try Connection(path: harness.path)
          .call("org.example.echo.Slow", parameters: Array(#"{"milliseconds":4000}"#.utf8))
      }
      let idle = try RawSocket(harness.path)
      try await harness.eventually("both under way") { harness.service.log.count == 2 }
      harness.server.shutdown()
      try await watching
      #expect(try await reply == Reply())
      #expect(harness.service.log.suffix(2) == ["stream ends", "slow ends"])
      #expect(try await blocking { idle.receive() } == nil)
      #expect(throws: ConnectionError.self) {
        // The socket is closed first and removed last; either way nobody is there.
        try Connection(path: harness.path)
      }
    }
  }

  @Test("an answer that is still made is waited for before the server ends")
  func drainsLater() async throws {
    try await Harness.run(limits: ServerLimits(graceSeconds: 60)) { harness in
      let (asker, watcher) = (try RawSocket(harness.path), try RawSocket(harness.path))
      asker.send("{\"method\":\"org.example.echo.Held\"}\0")
      watcher.send("{\"method\":\"org.example.echo.Forever\",\"more\":true}\0")
      try await harness.eventually("both under way") { harness.service.log.count == 2 }
      harness.server.shutdown()
      try await harness.eventually("streams end") { harness.service.log.last == "stream ends" }
      harness.service.release()
      #expect(try await blocking { asker.receiveAll() } == [#"{"parameters":{}}"#])
    }
  }

  @Test("a call that takes longer than the grace is cancelled")
  func grace() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    try await Harness.run(limits: ServerLimits(graceSeconds: 1)) { harness in
      let socket = try RawSocket(harness.path)
      socket.send("{\"method\":\"org.example.echo.Slow\",\"parameters\":{\"milliseconds\":300000}}\0")
      try await harness.eventually("under way") { !harness.service.log.isEmpty }
      harness.server.shutdown()
      try await harness.eventually("cancelled") { harness.service.log.count == 2 }
      #expect(harness.service.log.last?.hasPrefix("failed: CancellationError") == true)
    }
    #expect(clock.now - start < .seconds(100))
  }

  @Test("cancelling the task that runs it stops the server; it runs once")
  func cancellation() async throws {
    try await Harness.withDirectory { directory in
      let server = try Harness.makeServer(EchoService())
      let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
      let running = Task { try await server.run(listening: .path(directory + "/s")) { continuation.yield() } }
      for await _ in ready { break }
      await #expect(throws: ListenError.runTwice) { try await server.run(listening: .path(directory + "/t")) }
      running.cancel()
      try await running.value
      #expect(access(directory + "/s", F_OK) != 0)
    }
  }

  @Test("a server that its owner cannot make ready ends with the owner's error")
  func notReady() async throws {
    struct NotReady: Error {}
    try await Harness.withDirectory { directory in
      let server = try Harness.makeServer(EchoService())
      await #expect(throws: NotReady.self) {
        try await server.run(listening: .path(directory + "/s")) { throw NotReady() }
      }
    }
  }
}
