import Glibc
import Testing
import Varlink
import VarlinkClient
import VarlinkServer

@Suite("Streams", .timeLimit(.minutes(30)))
struct StreamTests {
  private typealias Value = EchoService.Number

  @Test("every reply but the last says that more follows, and the connection goes on")
  func count() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        var replies: [Reply] = []
        try connection.stream("org.example.echo.Count", parameters: Array(#"{"to":1000}"#.utf8)) {
          replies.append($0)
          return true
        }
        #expect(replies.map(\.continues) == Array(repeating: true, count: 999) + [false])
        let values = try replies.map { try Value(json: $0.parameters).value }
        #expect(values == Array(1...1000))
        _ = try connection.call("org.example.echo.Who")
      }
    }
  }

  @Test("an event is sent at once, and the stream ends when its client leaves")
  func disconnect() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        try connection.stream("org.example.echo.Forever", EchoService.Nothing(), of: Value.self) { _ in false }
        #expect(!connection.isOpen)
      }
      try await harness.eventually("the stream ends") { harness.service.log == ["stream begins", "stream ends"] }
    }
  }

  @Test("a client that only stopped sending keeps its stream until it leaves")
  func halfClosed() async throws {
    try await Harness.run { harness in
      let socket = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Forever\",\"more\":true}\0")
        socket.finishSending()
        #expect(socket.receive() == Array("{\"parameters\":{\"value\":0},\"continues\":true}\0".utf8))
        usleep(100_000)
        return socket
      }
      #expect(harness.service.log == ["stream begins"])
      socket.close()
      try await harness.eventually("the stream ends") { harness.service.log.last == "stream ends" }
    }
  }

  @Test("a stream whose client does not read ends when the client leaves")
  func slowReader() async throws {
    try await Harness.run { harness in
      let socket = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Count\",\"parameters\":{\"to\":100000000},\"more\":true}\0")
        usleep(300_000)
        return socket
      }
      #expect(harness.service.log.isEmpty)
      socket.close()
      try await harness.eventually("the stream is gone") { harness.service.log == ["count released"] }
    }
  }

  @Test("a refusal ends a stream and the connection goes on")
  func refuseLater() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        var values: [Int] = []
        do {
          try connection.stream("org.example.echo.RefuseLater", EchoService.Nothing(), of: Value.self) {
            values.append($0.value)
            return true
          }
          Issue.record("not refused")
        } catch CallError.varlink(let refusal) {
          #expect(refusal.name == "org.example.echo.Refused")
        }
        #expect(values == [1])
        _ = try connection.call("org.example.echo.Who")
      }
    }
  }

  @Test("a stream without its last page is no complete answer: the connection is closed")
  func breakOff() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        do {
          try connection.stream("org.example.echo.BreakOff") { _ in true }
          Issue.record("ended as if complete")
        } catch CallError.connectionLost(afterSending: true) {}
      }
      #expect(harness.log.lines.contains { $0.hasPrefix("error") && $0.contains("org.example.echo.BreakOff") })
    }
  }
}
