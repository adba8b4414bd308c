import Glibc
import Testing
import Varlink
import VarlinkClient
import VarlinkServer

@Suite("Calls over a socket", .timeLimit(.minutes(30)))
struct CallTests {
  private typealias Text = EchoService.Text

  @Test("a call is answered, typed and raw")
  func echo() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        let reply = try connection.call("org.example.echo.Echo", Text(text: "chào"), returning: Text.self)
        #expect(reply == Text(text: "chào"))
        let raw = try connection.call("org.example.echo.Echo", parameters: Array(#"{"text":"a/b"}"#.utf8))
        #expect(String(decoding: raw.parameters, as: UTF8.self) == #"{"text":"a/b"}"#)
      }
    }
  }

  @Test("the peer is who the kernel says it is")
  func peer() async throws {
    try await Harness.run { harness in
      let who = try await blocking {
        try Connection(path: harness.path)
          .call("org.example.echo.Who", EchoService.Nothing(), returning: EchoService.Who.self)
      }
      #expect(who == EchoService.Who(uid: getuid(), gid: getgid(), pid: getpid()))
    }
  }

  @Test("the server describes itself")
  func introspection() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        let info = try connection.call(ServiceInterface.GetInfo())
        #expect(info.interfaces == ["org.varlink.service", "org.example.echo"])
        #expect(info.vendor == "v")
        for (name, text) in [
          ("org.varlink.service", ServiceInterface.text), ("org.example.echo", EchoService.interface),
        ] {
          let reply = try connection.call(ServiceInterface.GetInterfaceDescription(interface: name))
          #expect(reply.description == text)
        }
      }
    }
  }

  @Test(
    "a call that names or carries the wrong thing is refused by the standard error and the connection goes on",
    arguments: [
      ("org.example.echo.Nope", "{}", VarlinkError.methodNotFound("org.example.echo.Nope")),
      ("org.example.none.Echo", "{}", .interfaceNotFound("org.example.none")),
      ("Echo", "{}", .invalidParameter("method")),
      ("org.example.echo.Echo", "{}", .invalidParameter("text")),
      ("org.example.echo.Echo", #"{"text":"a","colour":1}"#, .invalidParameter("colour")),
      ("org.example.echo.Echo", #"{"text":"a","n":1.0}"#, .invalidParameter("n")),
      ("org.example.echo.BreakOff", "{}", .expectedMore),
      ("org.varlink.service.GetInfo", #"{"x":1}"#, .invalidParameter("x")),
      ("org.varlink.service.Nope", "{}", .methodNotFound("org.varlink.service.Nope")),
      (
        "org.varlink.service.GetInterfaceDescription", #"{"interface":"a.b"}"#, .interfaceNotFound("a.b")
      ),
    ])
  func refusals(_ method: String, _ parameters: String, _ expected: VarlinkError) async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        do {
          let reply = try connection.call(method, parameters: Array(parameters.utf8))
          Issue.record("answered \(reply)")
        } catch CallError.varlink(let refusal) {
          #expect(refusal == expected)
        }
        _ = try connection.call("org.example.echo.Echo", Text(text: "still here"), returning: Text.self)
      }
      #expect(harness.service.log.isEmpty)
    }
  }

  @Test(
    "given a row of marks in the name of a method or an interface, then nobody waits for it to be composed",
    .timeLimit(.minutes(1)))
  func marks() async throws {
    let marks = String(repeating: "\u{301}\u{316}", count: 1 << 17)
    let described = ServiceInterface.GetInterfaceDescription(interface: "a." + marks).json
    let calls: [(String, [UInt8], VarlinkError)] = [
      ("org.example.echo.Echo\(marks)", [], .methodNotFound("org.example.echo.Echo\(marks)")),
      ("org.example.\(marks).Echo", [], .interfaceNotFound("org.example.\(marks)")),
      (marks, [], .invalidParameter("method")),
      (ServiceInterface.GetInterfaceDescription.method, described, .interfaceNotFound("a." + marks)),
    ]
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path)
        for (method, parameters, expected) in calls {
          do {
            let reply = try connection.call(method, parameters: parameters.isEmpty ? emptyObject : parameters)
            Issue.record("answered \(reply)")
          } catch CallError.varlink(let refusal) {
            #expect(refusal == expected)
          }
        }
      }
    }
  }

  @Test("pipelined calls are answered in their order, one-way calls not at all but done")
  func pipeline() async throws {
    try await Harness.run { harness in
      let replies = try await blocking {
        var calls = [Call(method: "org.example.echo.Slow", parameters: Array(#"{"milliseconds":50}"#.utf8))]
        for index in 0..<500 {
          calls.append(
            Call(method: "org.example.echo.Echo", parameters: Text(text: "\(index)").json))
          if index % 100 == 0 {
            calls.append(
              Call(
                method: "org.example.echo.Note", parameters: Text(text: "n\(index)").json,
                oneway: true))
          }
        }
        return try Connection(path: harness.path).pipeline(calls)
      }
      #expect(replies.first == Reply())
      let texts = try replies.dropFirst().map { try Text(json: $0.parameters).text }
      #expect(texts == (0..<500).map(String.init))
      #expect(harness.service.log == ["slow begins", "slow ends", "n0", "n100", "n200", "n300", "n400"])
    }
  }

  @Test("a client that stops sending still gets every answer, then the end")
  func halfClose() async throws {
    try await Harness.run { harness in
      let replies = try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Slow\",\"parameters\":{\"milliseconds\":50}}\0")
        socket.send("{\"method\":\"org.example.echo.Big\",\"parameters\":{\"bytes\":900000}}\0")
        socket.finishSending()
        usleep(200_000)
        return socket.receiveAll()
      }
      #expect(replies.map(\.utf8.count) == [17, 900_026])
    }
  }

  @Test("a call that arrives byte by byte is a call")
  func slowSender() async throws {
    try await Harness.run { harness in
      let replies = try await blocking {
        let socket = try RawSocket(harness.path)
        for byte in Array("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"é\"}}\0".utf8) {
          socket.send([byte])
          usleep(300)
        }
        socket.finishSending()
        return socket.receiveAll()
      }
      #expect(replies == [#"{"parameters":{"text":"é"}}"#])
    }
  }

  @Test("a call under way is finished when its client leaves, and so is a one-way call sent before")
  func disconnect() async throws {
    try await Harness.run { harness in
      try await blocking {
        let socket = try RawSocket(harness.path)
        socket.send("{\"method\":\"org.example.echo.Slow\",\"parameters\":{\"milliseconds\":150}}\0")
        usleep(50_000)
        socket.close()
        let other = try Connection(path: harness.path)
        try other.oneway("org.example.echo.Note", parameters: Array(#"{"text":"left"}"#.utf8))
      }
      try await harness.eventually("both done") {
        harness.service.log.contains("slow ends") && harness.service.log.contains("left")
      }
    }
  }

  @Test(
    "an answer that nobody needs without its client ends when he leaves, and is made for one who only stopped sending")
  func later() async throws {
    try await Harness.run { harness in
      let gone = try RawSocket(harness.path)
      gone.send("{\"method\":\"org.example.echo.Held\"}\0")
      try await harness.eventually("under way") { harness.service.log == ["held begins"] }
      gone.close()
      try await harness.eventually("ended") { harness.service.log.last == "held is cancelled" }
      let silent = try RawSocket(harness.path)
      silent.send("{\"method\":\"org.example.echo.Held\"}\0")
      silent.finishSending()
      try await harness.eventually("under way") { harness.service.log.count { $0 == "held begins" } == 2 }
      harness.service.release()
      #expect(try await blocking { silent.receiveAll() } == [#"{"parameters":{}}"#])
      #expect(harness.service.log.last == "held ends")
      // Who wants no answer needs none made.
      let oneway = try RawSocket(harness.path)
      oneway.send("{\"method\":\"org.example.echo.Held\",\"oneway\":true}\0")
      oneway.send("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"a\"}}\0")
      #expect(try await blocking { oneway.receive() } != nil)
      #expect(harness.service.log.count { $0 == "held begins" } == 2)
    }
  }

  @Test("a reply of many megabytes arrives whole")
  func bigReply() async throws {
    try await Harness.run { harness in
      let count = try await blocking {
        try Connection(path: harness.path)
          .call("org.example.echo.Big", EchoService.Bytes(bytes: 20 << 20), returning: Text.self).text.utf8.count
      }
      #expect(count == 20 << 20)
    }
  }

  @Test("64 clients at once get 100 answers each, their own")
  func manyClients() async throws {
    try await Harness.run { harness in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for client in 0..<64 {
          group.addTask {
            try await blocking {
              let connection = try Connection(path: harness.path)
              return try (0..<100).count { index in
                let text = Text(text: "\(client).\(index)")
                return try connection.call("org.example.echo.Echo", text, returning: Text.self) == text
              }
            }
          }
        }
        var right = 0
        for try await count in group { right += count }
        #expect(right == 6400)
      }
    }
  }

  @Test("a client without an answer says whether the call went out")
  func clientTimeout() async throws {
    try await Harness.run { harness in
      try await blocking {
        let connection = try Connection(path: harness.path, timeout: .milliseconds(50))
        do {
          _ = try connection.call("org.example.echo.Slow", parameters: Array(#"{"milliseconds":300}"#.utf8))
          Issue.record("answered in time")
        } catch CallError.timeout(afterSending: true) {}
        #expect(!connection.isOpen)
      }
    }
  }

  @Test("a client without a server says why")
  func clientConnectionErrors() async throws {
    try await Harness.withDirectory { directory in
      #expect(throws: ConnectionError.noSocket) { try Connection(path: directory + "/none") }
      #expect(throws: ConnectionError.pathTooLong) { try Connection(path: String(repeating: "x", count: 108)) }
      let path = directory + "/dead"
      close(try RawSocket.bound(to: path))
      #expect(throws: ConnectionError.refused) { try Connection(path: path) }
    }
  }
}
