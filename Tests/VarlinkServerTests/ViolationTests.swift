import Testing
import Varlink
import VarlinkClient
import VarlinkServer

@Suite("What is no call", .timeLimit(.minutes(30)))
struct ViolationTests {
  @Test(
    "bad frames get one reply that says why, a log line, and the end of the connection",
    arguments: [
      (Array("{\"method\":\"a.b.C\",}\0".utf8), "a byte that cannot stand here", 18),
      ([0x7B, 0x22, 0xFF, 0x22, 0x00], "invalid UTF-8", 2),
      (Array("{\"method\":\"a.b.C\",\"method\":\"a.b.D\"}\0".utf8), "a key that its object already has", 18),
      (
        Array("{\"method\":\"a.b.C\",\"parameters\":{\"a\":1,\"a\":1}}\0".utf8), "a key that its object already has", 38
      ),
      (Array("{\"method\":\"a.b.C\",\"uid\":0}\0".utf8), "an unknown key in a call", 18),
      (Array("{\"method\":\"a.b.C\",\"upgrade\":true}\0".utf8), "upgrade is not offered", 28),
      (Array("\0".utf8), "the text ends too early", 0),
      (Array("\u{FEFF}{}\0".utf8), "a byte order mark", 0),
    ])
  func violations(_ bytes: [UInt8], _ reason: String, _ offset: Int) async throws {
    try await Harness.run { harness in
      let replies = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send(bytes + Array("{\"method\":\"org.example.echo.Note\",\"parameters\":{\"text\":\"no\"}}\0".utf8))
        return socket.receiveAll()
      }
      #expect(
        replies == [
          #"{"error":"org.example.ProtocolError","parameters":{"reason":"\#(reason)","offset":\#(offset)}}"#
        ]
          || replies == [
            #"{"error":"org.example.ProtocolError","parameters":{"offset":\#(offset),"reason":"\#(reason)"}}"#
          ])
      #expect(harness.log.lines.contains { $0.hasPrefix("notice") && $0.contains(reason) })
      #expect(harness.service.log.isEmpty)
      #expect(harness.service.refusals == ["org.example.ProtocolError to nothing"])
    }
  }

  @Test("a frame of two megabytes is refused as soon as it is past the limit, what came before it is answered")
  func tooLong() async throws {
    try await Harness.run { harness in
      let (sent, replies) = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"a\"}}\0")
        let sent = socket.send([UInt8](repeating: 0x20, count: 8 << 20))
        return (sent, socket.receiveAll())
      }
      #expect(sent < 8 << 20)
      #expect(replies.count == 2 && replies[0] == #"{"parameters":{"text":"a"}}"#)
      #expect(replies.last?.contains("the frame is too long") == true)
      try await blocking {
        let connection = try Connection(path: harness.path)
        do {
          let text = EchoService.Text(text: String(repeating: "x", count: 2 << 20))
          _ = try connection.call("org.example.echo.Echo", text, returning: EchoService.Text.self)
          Issue.record("answered")
        } catch CallError.varlink(let refusal) {
          #expect(refusal.name == "org.example.ProtocolError")
        }
        #expect(!connection.isOpen)
      }
    }
  }

  @Test("a frame just within the limit is answered")
  func withinLimit() async throws {
    try await Harness.run { harness in
      let overhead = Call(method: "org.example.echo.Echo", parameters: Array(#"{"text":""}"#.utf8)).encoded().count
      let text = EchoService.Text(text: String(repeating: "x", count: 1 << 20 - overhead))
      let reply = try await blocking {
        try Connection(path: harness.path).call("org.example.echo.Echo", text, returning: EchoService.Text.self)
      }
      #expect(reply == text)
    }
  }

  @Test("what ends before its NUL is no call and no violation")
  func cutOff() async throws {
    try await Harness.run { harness in
      let replies = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Note\",\"parameters\":{\"text\":\"no\"}}")
        socket.finishSending()
        return socket.receiveAll()
      }
      #expect(replies.isEmpty && harness.service.log.isEmpty && harness.log.lines.isEmpty)
    }
  }
}
