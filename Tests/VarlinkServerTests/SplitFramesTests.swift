import Synchronization
import Testing
import Varlink

@testable import VarlinkServer

/// The same calls, one by one, in one heap, and cut anywhere: the bytes of the answers are the same, by whichever way each is
/// answered.
@Suite("Calls however they come", .timeLimit(.minutes(10)))
struct SplitFramesTests {
  /// Every way of an answer, with what it is answered.
  private static let calls: [(call: String, replies: [String])] = [
    (#"{"method":"org.example.echo.Echo","parameters":{"text":"chào"}}"#, [#"{"parameters":{"text":"chào"}}"#]),
    (#"{"method":"org.example.echo.Note","parameters":{"text":"a"},"oneway":true}"#, []),
    (#"{"method":"org.example.echo.Big","parameters":{"bytes":3}}"#, [#"{"parameters":{"text":"xxx"}}"#]),
    (#"{"method":"org.example.echo.Slow","parameters":{"milliseconds":1}}"#, [#"{"parameters":{}}"#]),
    (
      #"{"method":"org.example.echo.Count","parameters":{"to":3},"more":true}"#,
      [
        #"{"parameters":{"value":1},"continues":true}"#, #"{"parameters":{"value":2},"continues":true}"#,
        #"{"parameters":{"value":3}}"#,
      ]
    ),
    (
      #"{"method":"org.example.echo.RefuseLater","more":true}"#,
      [
        #"{"parameters":{"value":1},"continues":true}"#,
        #"{"error":"org.example.echo.Refused","parameters":{"why":"later"}}"#,
      ]
    ),
    (
      #"{"method":"org.example.echo.Refuse"}"#,
      [#"{"error":"org.example.echo.Refused","parameters":{"why":"always"}}"#]
    ),
    (#"{"method":"org.example.echo.Refuse","oneway":true}"#, []),
    (#"{"method":"org.example.echo.Held","oneway":true}"#, []),
    (
      #"{"method":"org.example.echo.Count","parameters":{"to":3}}"#,
      [#"{"error":"org.varlink.service.ExpectedMore","parameters":{}}"#]
    ),
    (
      #"{"method":"org.example.echo.Echo","parameters":{"text":"a","colour":1}}"#,
      [#"{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"colour"}}"#]
    ),
    (
      #"{"method":"org.example.echo.Nope"}"#,
      [#"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"org.example.echo.Nope"}}"#]
    ),
    (
      #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"a.b"}}"#,
      [#"{"error":"org.varlink.service.InterfaceNotFound","parameters":{"interface":"a.b"}}"#]
    ),
    (#"{"method":"org.example.echo.Echo","parameters":{"text":"z"}}"#, [#"{"parameters":{"text":"z"}}"#]),
  ]

  /// No call at all: it is told, and what follows is not looked at.
  private static let violation = (
    call: #"{"method":1}"#,
    replies: [#"{"error":"org.example.ProtocolError","parameters":{"reason":"method is not a string","offset":10}}"#]
  )

  private static let all = calls + [violation]
  private static let bytes = Array((all + calls.prefix(1)).map { $0.call + "\0" }.joined().utf8)
  private static let replies = all.flatMap(\.replies)

  /// What is answered when each piece is sent after the server has read the one before.
  private static func ask(_ path: String, _ pieces: [ArraySlice<UInt8>]) throws -> [String] {
    let socket = try RawSocket(path)
    for piece in pieces {
      socket.waitUntilRead()
      socket.send(Array(piece))
    }
    socket.finishSending()
    return socket.receiveAll()
  }

  @Test("one by one, each call after the answers to the one before")
  func oneByOne() async throws {
    try await Harness.run { harness in
      try await blocking {
        let socket = try RawSocket(harness.path)
        for (call, replies) in Self.all {
          socket.send(call + "\0")
          var bytes: [UInt8] = []
          while bytes.count(where: { $0 == 0 }) < replies.count, let more = socket.receive() { bytes += more }
          #expect(String(decoding: bytes, as: UTF8.self) == replies.map { $0 + "\0" }.joined())
        }
        #expect(socket.receive() == nil)
      }
    }
  }

  @Test("in one heap, however few of them are taken in at a time", arguments: [2, 4, 64])
  func pipelined(_ taken: Int) async throws {
    try await Harness.run(limits: ServerLimits(pipelinedCalls: taken)) { harness in
      let replies = try await blocking { try Self.ask(harness.path, [Self.bytes[...]]) }
      #expect(replies == Self.replies)
    }
  }

  @Test("cut in two at every byte")
  func cutInTwo() async throws {
    try await Harness.run { harness in
      for cut in 1..<Self.bytes.count {
        let replies = try await blocking { try Self.ask(harness.path, [Self.bytes[..<cut], Self.bytes[cut...]]) }
        #expect(replies == Self.replies, "cut at \(cut)")
      }
      try await harness.eventually("no connection is left") { harness.server.connectionCount.current == 0 }
    }
  }

  @Test("cut into many pieces, anywhere")
  func cutAnywhere() async throws {
    var seed: UInt64 = 20_261_130
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    let rounds = (0..<100).map { _ in
      let cuts = Set((0..<next(40)).map { _ in 1 + next(Self.bytes.count - 1) }).sorted()
      return zip([0] + cuts, cuts + [Self.bytes.count]).map { Self.bytes[$0..<$1] }
    }
    try await Harness.run { harness in
      for (number, pieces) in rounds.enumerated() {
        let replies = try await blocking { try Self.ask(harness.path, pieces) }
        #expect(replies == Self.replies, "round \(number)")
      }
    }
  }

  @Test(
    "a call that somebody else completes holds up the next, is completed for one who has left, and counts until then")
  func begun() async throws {
    let begun = #"{"method":"org.example.echo.Begun"}"# + "\0"
    let echo = Self.calls[0].call + "\0"
    try await Harness.run { harness in
      let socket = try RawSocket(harness.path)
      socket.send(begun + echo)
      try await harness.eventually("it is begun") { harness.service.log == ["begun"] }
      harness.service.complete()
      socket.finishSending()
      let replies = try await blocking { socket.receiveAll() }
      #expect(replies == [#"{"parameters":{}}"#] + Self.calls[0].replies)
      let gone = try RawSocket(harness.path)
      gone.send(begun)
      try await harness.eventually("it is begun") { harness.service.log == ["begun", "begun"] }
      gone.close()
      // Whoever comes now is served, and the one who has left is not forgotten.
      _ = try await blocking { try Self.ask(harness.path, [Array(echo.utf8)[...]]) }
      try await harness.eventually("one is left") { harness.server.connectionCount.current == 1 }
      harness.service.complete()
      try await harness.eventually("none is left") { harness.server.connectionCount.current == 0 }
    }
  }

  @Test("a call that somebody else completes is answered before the server ends")
  func begunAtTheEnd() async throws {
    try await Harness.run(limits: ServerLimits(graceSeconds: 60)) { harness in
      let (asker, watcher) = (try RawSocket(harness.path), try RawSocket(harness.path))
      asker.send(#"{"method":"org.example.echo.Begun"}"# + "\0")
      watcher.send(#"{"method":"org.example.echo.Forever","more":true}"# + "\0")
      try await harness.eventually("both under way") { harness.service.log.count == 2 }
      harness.server.shutdown()
      try await harness.eventually("streams end") { harness.service.log.last == "stream ends" }
      harness.service.complete()
      #expect(try await blocking { asker.receiveAll() } == [#"{"parameters":{}}"#])
    }
  }
}
