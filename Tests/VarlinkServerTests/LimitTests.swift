import Foundation
import Glibc
import Synchronization
import Testing
import Varlink
import VarlinkClient
import VarlinkServer

/// Each limit is reached on a real socket while another client is served, and what it held is given back.
@Suite("Limits", .serialized, .timeLimit(.minutes(30)))
struct LimitTests {
  private static let echo = "{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"a\"}}\0"

  private static func watch(_ path: String) throws -> RawSocket {
    let socket = try RawSocket(path)
    socket.send("{\"method\":\"org.example.echo.Forever\",\"more\":true}\0")
    return socket
  }

  /// Nobody is exempt, so that one process can reach the limits of a user.
  private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
    var limits = ServerLimits(exemptUsers: [])
    change(&limits)
    return limits
  }

  /// Runs what goes against a limit beside a client that is served all the while.
  private func reach(
    _ limits: ServerLimits, _ attack: @escaping @Sendable (Harness) async throws -> Void
  ) async throws {
    try await Harness.run(limits: limits) { harness in
      let box = try await blocking { UncheckedConnection(try Connection(path: harness.path)) }
      let text = EchoService.Text(text: "still here")
      @Sendable func ask() async throws {
        let reply = try await blocking {
          try box.value.call("org.example.echo.Echo", text, returning: EchoService.Text.self)
        }
        #expect(reply == text)
      }
      try await ask()
      let witness = Task {
        var answers = 0
        repeat {
          try await ask()
          answers += 1
          try? await Task.sleep(for: .milliseconds(20))
        } while !Task.isCancelled
        return answers
      }
      do { try await attack(harness) } catch {
        witness.cancel()
        throw error
      }
      witness.cancel()
      #expect(try await witness.value > 0)
      try await ask()
      try await harness.eventually("the connections are given back") { harness.server.connectionCount.current == 1 }
    }
  }

  @Test("a user who has all his connections is told so before his first call, once in the log, and gets a place again")
  func connectionsPerUser() async throws {
    try await reach(Self.limits { $0.connectionsPerUser = 3 }) { harness in
      try await blocking {
        let held = [try RawSocket(harness.path), try RawSocket(harness.path)]
        for socket in held {
          socket.send(Self.echo)
          #expect(socket.receive() != nil)
        }
        let expected = #"{"error":"org.example.TooManyConnections","parameters":{"limit":3,"perUser":true}}"#
        for _ in 0..<20 { #expect(try RawSocket(harness.path).receiveAll() == [expected]) }
        #expect(harness.service.refusals.count { $0 == "org.example.TooManyConnections to nothing" } == 20)
        do {
          _ = try Connection(path: harness.path).call("org.example.echo.Who")
          Issue.record("answered")
        } catch CallError.varlink(let error) {
          #expect(error.name == "org.example.TooManyConnections")
        }
      }
      #expect(harness.log.lines.count { $0.contains("too many connections of one user") } == 1)
      try await harness.eventually("a place is free again") {
        (try? Connection(path: harness.path).call("org.example.echo.Who")) != nil
      }
    }
  }

  @Test("the last places are for the exempt: others are refused, and they come in")
  func reserved() async throws {
    let limits = Self.limits { $0.connections = 8 }
    try await reach(limits) { harness in
      let held = try await blocking {
        // One place of the four that are for everybody is the other client's.
        let held = try (0..<3).map { _ in try RawSocket(harness.path) }
        for socket in held {
          socket.send(Self.echo)
          #expect(socket.receive() != nil)
        }
        let refused = try RawSocket(harness.path).receiveAll()
        #expect(refused == [#"{"error":"org.example.TooManyConnections","parameters":{"limit":4,"perUser":false}}"#])
        return held
      }
      var exempt = limits
      exempt.exemptUsers = [geteuid()]
      harness.server.replaceLimits(exempt)
      try await blocking { _ = try Connection(path: harness.path).call("org.example.echo.Who") }
      _ = held
    }
  }

  @Test("one more stream than a user may have is refused by name, and the connection goes on")
  func streams() async throws {
    try await reach(Self.limits { $0.streamsPerUser = 2 }) { harness in
      try await blocking {
        let watchers = try (0..<2).map { _ in try Self.watch(harness.path) }
        for watcher in watchers { #expect(watcher.receive() != nil) }
        let third = try Self.watch(harness.path)
        let refusal = #"{"error":"org.example.TooManyStreams","parameters":{"limit":2}}"#
        #expect(third.receive() == Array(refusal.utf8) + [0])
        third.send("{\"method\":\"org.example.echo.Forever\",\"more\":true,\"oneway\":true}\0")
        third.send(Self.echo)
        #expect(third.receive() != nil)
      }
      // What was refused was not begun, and the service was told.
      #expect(harness.service.log.count { $0 == "stream begins" } == 2)
      #expect(harness.service.refusals.count { $0 == "org.example.TooManyStreams to org.example.echo.Forever" } >= 1)
      try await harness.eventually("ended streams count no more") {
        (try? Self.watch(harness.path).receive())?.starts(with: Array("{\"parameters\"".utf8)) ?? false
      }
    }
  }

  @Test(
    "a stranger has few connections, says nothing on the others before he is told, and is no stranger any more later")
  func strangers() async throws {
    try await reach(Self.limits { $0.connectionsPerStranger = 3 }) { harness in
      harness.service.strangers.withLock { $0 = [geteuid()] }
      try await blocking {
        // The other client came before.
        let held = [try RawSocket(harness.path), try RawSocket(harness.path)]
        for socket in held {
          socket.send(Self.echo)
          #expect(socket.receive() != nil)
        }
        let expected = #"{"error":"org.example.TooManyConnections","parameters":{"limit":3,"perUser":true}}"#
        for _ in 0..<20 { #expect(try RawSocket(harness.path).receiveAll() == [expected]) }
      }
      #expect(harness.log.lines.count { $0.contains("too many connections of a stranger") } == 1)
      harness.service.strangers.withLock { $0 = [] }
      try await blocking {
        let held = try (0..<10).map { _ in try RawSocket(harness.path) }
        for socket in held {
          socket.send(Self.echo)
          #expect(socket.receive() != nil)
        }
      }
    }
  }

  @Test("streams that nobody reads make no more pages than their user may leave unread, and go on when they are read")
  func unreadPages() async throws {
    let bytes = 300_000
    try await reach(Self.limits { $0.unreadBytesPerUser = 2 * bytes }) { harness in
      let sockets = try (0..<20).map { _ in try RawSocket(harness.path) }
      @Sendable func made() -> Int { harness.service.pagesMade.load(ordering: .relaxed) }
      // One after the other, so that each finds what the others have left.
      for (index, socket) in sockets.enumerated() {
        socket.send("{\"method\":\"org.example.echo.Pages\",\"parameters\":{\"bytes\":\(bytes)},\"more\":true}\0")
        try await harness.eventually("it is asked, and has its page while there is room") {
          harness.service.log.count { $0 == "pages asked" } > index && made() >= min(index + 1, 2)
        }
        // What was to be done for it where connections are served is done before this is answered.
        try await blocking { _ = try Connection(path: harness.path).call("org.example.echo.Who") }
      }
      // The kernel takes less than a page of each: two are made and not read whole, and the others wait.
      #expect(made() == 2)
      try await blocking {
        for socket in sockets.dropLast() { socket.close() }
        var taken = 0
        while taken < 10 * bytes, let more = sockets.last?.receive() { taken += more.count }
        #expect(taken >= 10 * bytes)
      }
      sockets.last?.close()
    }
  }

  @Test("calls of one user that wait take a bounded room, however many connections they come by")
  func waitingBytes() async throws {
    try await reach(Self.limits { $0.waitingBytesPerUser = 300_000 }) { harness in
      try await blocking {
        let half = String(repeating: " ", count: 200_000)
        let first = try RawSocket(harness.path)
        first.send(half)
        first.waitUntilTaken()
        let second = try RawSocket(harness.path)
        second.send(half)
        let refused = second.receiveAll()
        #expect(refused.count == 1 && refused[0].contains("too many bytes of this user's calls wait"), "\(refused)")
        first.send(Self.echo)
        #expect(first.receive() != nil)
        // What is answered waits no more, and what was refused took nothing.
        for _ in 0..<4 {
          first.send(half + Self.echo)
          #expect(first.receive() != nil)
        }
      }
    }
  }

  @Test("a frame that is not finished in time ends its connection with the reason, one byte a second included")
  func slowSender() async throws {
    try await reach(Self.limits { $0.frameSeconds = 3 }) { harness in
      let (sent, replies) = try await blocking {
        let socket = try RawSocket(harness.path)
        var sent = 0
        for byte in Self.echo.utf8.prefix(10) {
          if socket.send([byte]) == 0 { break }
          sent += 1
          usleep(1_000_000)
        }
        return (sent, socket.receiveAll())
      }
      #expect(sent < 8)
      #expect(replies.count == 1 && replies[0].contains("the frame was not finished within 3 s"), "\(replies)")
      #expect(harness.log.lines.contains { $0.contains("not finished within 3 s") })
    }
  }

  @Test("a frame that is held up by the answer before it is not slow")
  func heldUp() async throws {
    try await reach(
      Self.limits {
        $0.frameSeconds = 2
        $0.pipelinedCalls = 2
      }
    ) { harness in
      let replies = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Slow\",\"parameters\":{\"milliseconds\":3500}}\0")
        for _ in 0..<4 { socket.send(Self.echo) }
        socket.send(String(Self.echo.dropLast()))
        usleep(3_700_000)
        socket.send([0])
        socket.finishSending()
        return socket.receiveAll()
      }
      #expect(replies.count == 6 && !replies.contains { $0.contains("error") }, "\(replies)")
    }
  }

  @Test("a connection that says nothing is closed; one that calls now and then and one that watches are not")
  func idle() async throws {
    try await reach(Self.limits { $0.idleSeconds = 2 }) { harness in
      try await blocking {
        let watcher = try Self.watch(harness.path)
        #expect(watcher.receive() != nil)
        let caller = try RawSocket(harness.path)
        let silent = try RawSocket(harness.path)
        for _ in 0..<20 {
          caller.send(Self.echo)
          #expect(caller.receive() != nil)
          usleep(250_000)
        }
        let start = ContinuousClock.now
        #expect(silent.receive() == nil)
        #expect(start.duration(to: .now) < .seconds(2), "closed only now")
        #expect(!harness.service.log.contains("stream ends"))
      }
    }
  }

  @Test("an answer that nobody reads ends its connection, and one that is read slowly does not")
  func unread() async throws {
    try await reach(
      Self.limits {
        $0.unreadSeconds = 2
        $0.unreadBytes = 16 << 10
      }
    ) { harness in
      try await blocking {
        let big = "{\"method\":\"org.example.echo.Big\",\"parameters\":{\"bytes\":4000000}}\0"
        let never = try RawSocket(harness.path)
        never.send(big)
        let slow = try RawSocket(harness.path)
        slow.send(big)
        for _ in 0..<20 {
          for _ in 0..<2 { _ = slow.receive() }
          usleep(250_000)
        }
        #expect(slow.receiveAll().last?.hasSuffix("\"}}") == true)
        var taken = 0
        while let more = never.receive() { taken += more.count }
        #expect(taken < 4_000_000)
      }
      #expect(harness.log.lines.count { $0.contains("an answer was not read") } == 1)
    }
  }

  @Test("calls that want no answer stand though their client has hung up, however many they are")
  func hangUp() async throws {
    try await reach(Self.limits { $0.pipelinedCalls = 2 }) { harness in
      let note = "{\"method\":\"org.example.echo.Note\",\"parameters\":{\"text\":\"x\"},\"oneway\":true}\0"
      try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Slow\",\"parameters\":{\"milliseconds\":300},\"oneway\":true}\0")
        for _ in 0..<500 { socket.send(note) }
        socket.close()
      }
      try await harness.eventually("all are noted") { harness.service.log.count { $0 == "x" } == 500 }
    }
  }

  @Test("a flood of small calls waits with the kernel, and each is answered in the end")
  func pipelined() async throws {
    try await reach(Self.limits { $0.pipelinedCalls = 4 }) { harness in
      let (early, replies) = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Slow\",\"parameters\":{\"milliseconds\":4000}}\0")
        let flood = Thread { for _ in 0..<20_000 { socket.send(Self.echo) } }
        flood.start()
        usleep(1_000_000)
        let early = flood.isFinished
        var replies = 0
        while replies < 20_001, let bytes = socket.receive() { replies += bytes.count { $0 == 0 } }
        return (early, replies)
      }
      #expect(!early, "the server took all of it in")
      #expect(replies == 20_001)
    }
  }
}

/// A connection is used by one thread after the other here.
private struct UncheckedConnection: @unchecked Sendable {
  let value: Connection

  init(_ value: Connection) { self.value = value }
}
