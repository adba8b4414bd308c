import DeskInterface
import Foundation
import Logging
import TestSupport
import Testing
import Varlink
import VarlinkClient
import VarlinkServer

/// A daemon of another release: it takes the calls that its interfaces allow, and says what it is given to say.
private struct OtherDaemon: VarlinkService {
  var version: String
  var interfaces = WireInterfaces.texts
  /// By qualified method, a JSON object.
  var answers: [String: String]

  func prepare(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> PreparedCall {
    for case let interface? in interfaces.map({ try? InterfaceDescription(parsing: $0) })
    where interface.name == call.interface {
      try interface.validate(parameters: parameters, of: call.shortMethod ?? "")
    }
    let answer: Answer =
      answers[call.method].map { .reply(Array($0.utf8)) } ?? .failure(.methodNotImplemented(call.method))
    return { _, _ in .now(answer) }
  }

  /// The interfaces as 0.1.0 served them.
  static func interfacesOf010() throws -> [String] {
    try ["Desk", "Views", "Admin"].map {
      let file = "Tests/DeskInterfaceTests/Released/0.1.0/vn.motcua.\($0).varlink"
      return try String(contentsOf: Project.folder.appending(path: file), encoding: .utf8)
    }
  }

  /// What the client of today's release says when it is run against this daemon, once for each line.
  func ask(_ lines: [String]..., language: String = "en") async throws -> [Client.Outcome] {
    let directory = NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let socket = directory + "/s.sock"
    let server = VarlinkServer(
      info: ServiceInfo(vendor: "motcua", product: "motcuad", version: version, url: ""),
      interfaces: try interfaces.map { try InterfaceDescription(parsing: $0) },
      errors: ErrorNames(
        protocolViolation: "vn.motcua.Desk.ProtocolViolation", tooManyConnections: "vn.motcua.Desk.TooManyConnections",
        tooManyStreams: "vn.motcua.Desk.TooManyStreams"), service: self,
      logger: Logger(label: "other") { _ in SwiftLogNoOpLogHandler() })
    let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
    let serving = Task {
      defer { continuation.finish() }
      try await server.run(listening: .path(socket)) { continuation.yield() }
    }
    for await _ in ready { break }
    let outcomes = await inParallel(lines.count) { index in
      (index, Result { try Client(socket: socket, language: language).run(lines[index]) })
    }
    server.shutdown()
    try await serving.value
    return try outcomes.sorted { $0.0 < $1.0 }.map { try $0.1.get() }
  }
}

@Suite("Client and daemon of different releases")
struct SkewTests {
  private static let noProcedures = ["vn.motcua.Views.Procedures": #"{"procedures":[]}"#]

  @Test("a newer client works with an older daemon, and says once that it is older and what to run")
  func olderDaemon() async throws {
    let daemon = OtherDaemon(
      version: "0.1.0", interfaces: try OtherDaemon.interfacesOf010(), answers: Self.noProcedures)
    let outcome = try #require(try await daemon.ask(["procedures"]).first)
    #expect(outcome.status == 0)
    #expect(
      outcome.errors == "The running motcuad is 0.1.0, older than this motcua (\(Release.version)).\n→ motcuad run\n")
    let vietnamese = try #require(try await daemon.ask(["thu-tuc"], language: "vi").first)
    #expect(vietnamese.errors.contains("bản 0.1.0, cũ hơn motcua này"))
    let forPrograms = try #require(try await daemon.ask(["procedures", "--json"]).first)
    #expect(forPrograms.errors.isEmpty)
  }

  @Test("what an older daemon does not know, a field that is set or a method, is told with its age and what to run")
  func newerThings() async throws {
    let daemon = OtherDaemon(version: "0.1.0", interfaces: try OtherDaemon.interfacesOf010(), answers: [:])
    for (line, unknown) in [
      (["tally", "--as-of", "01/11/2026"], "asOf"), (["erase", "1", "--basis", "x"], "vn.motcua.Desk.Erase"),
      (["rebuild"], "vn.motcua.Admin.Rebuild"),
    ] {
      let outcome = try #require(try await daemon.ask(line).first)
      #expect(outcome.status == 76, "\(line)")
      #expect(outcome.errors.contains(unknown), "\(outcome.errors)")
      #expect(outcome.errors.components(separatedBy: "The running motcuad is 0.1.0").count == 2, "\(outcome.errors)")
      #expect(outcome.errors.hasSuffix("→ motcuad run\n"), "\(outcome.errors)")
    }
  }

  @Test("a daemon of the same release, or of a newer one, is not called older", arguments: [Release.version, "0.10.0"])
  func notOlder(version: String) async throws {
    let daemon = OtherDaemon(version: version, answers: Self.noProcedures)
    let outcome = try #require(try await daemon.ask(["procedures"]).first)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let refused = try #require(try await daemon.ask(["rebuild"]).first)
    #expect(refused.status == 76 && !refused.errors.contains("older"), "\(refused.errors)")
  }

  @Test("what a newer daemon says beyond what this release knows, members and words, is no reason not to read the rest")
  func newerDaemon() async throws {
    let event =
      #"{"position":7,"code":"H-1","number":1,"version":1,"type":"greeted","recordedAt":"2026-11-23T09:00:00+07:00","#
      + #""occurredAt":"2026-11-23T09:00:00+07:00","uid":1,"account":"hoa","commandId":"c","rulesPosition":1,"#
      + #""imported":false,"greeted":{"ticket":12}}"#
    let daemon = OtherDaemon(
      version: "9.0.0", answers: ["vn.motcua.Views.History": #"{"events":[\#(event)],"more":"of it"}"#])
    let outcomes = try await daemon.ask(["history", "1"], ["history", "1", "--json"])
    #expect(outcomes.map(\.status) == [0, 0], "\(outcomes)")
    #expect(outcomes[0].output.contains("greeted"))
    #expect(outcomes[1].output.contains(#""type":"greeted""#))
  }
}

extension SkewTests {
  /// What the client of 0.1.0 sent in a morning, a call a line, as it came over the socket.
  private static let conversation = "Tests/DeskInterfaceTests/Released/0.1.0/conversation.jsonl"

  @Test(
    "a client of 0.1.0 is answered by today's daemon as the interfaces of 0.1.0 say, apart from members that are new")
  func olderClient() throws {
    let interfaces = try OtherDaemon.interfacesOf010().map { try InterfaceDescription(parsing: $0) }
    func released(_ qualified: String) throws -> (InterfaceDescription, String) {
      let (interface, name) = try #require(
        qualified.lastIndex(of: ".").map { dot in
          (qualified[..<dot], String(qualified[dot...].dropFirst()))
        })
      return (try #require(interfaces.first { $0.name == interface }, "\(qualified) is not of 0.1.0"), name)
    }
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let connection = try daemon.connect()
    let lines = try String(contentsOf: Project.folder.appending(path: Self.conversation), encoding: .utf8)
      .split(separator: "\n")
    var (answered, refused) = (0, 0)
    for line in lines {
      let (call, parameters) = try Call.parse(Array(line.utf8))
      let (interface, method) = try released(call.method)
      try interface.validate(parameters: parameters, of: method)
      do {
        let output = try #require(interface.method(named: method)).output
        func check(_ reply: [UInt8]) throws {
          let seen = try JSONSerialization.data(
            withJSONObject: interface.known(JSONSerialization.jsonObject(with: Data(reply)), as: .structure(output)))
          try interface.validate(reply: try StrictJSON.parse(Array(seen)), of: method)
          answered += 1
        }
        if call.more {
          try connection.stream(call.method, parameters: call.parameters) { reply in
            try check(reply.parameters)
            return true
          }
        } else {
          try check(try connection.call(call.method, parameters: call.parameters).parameters)
        }
      } catch CallError.varlink(let error) {
        let (interface, name) = try released(error.name)
        try interface.validate(error: try StrictJSON.parse(error.parameters), named: name)
        refused += 1
      }
    }
    #expect(answered >= 20 && refused >= 2, "\(answered) answers, \(refused) refusals")
  }
}

extension InterfaceDescription {
  /// A value as somebody sees it who ignores the members that this description does not know.
  fileprivate func known(_ value: Any, as type: FieldType) -> Any {
    switch (type, value) {
    case (.named(let name), _): self.type(named: name).map { known(value, as: $0) } ?? value
    case (.nullable(let wrapped), _): known(value, as: wrapped)
    case (.array(let element), let items as [Any]): items.map { known($0, as: element) }
    case (.structure(let fields), let members as [String: Any]):
      Dictionary(
        uniqueKeysWithValues: fields.compactMap { field in
          members[field.name].map { (field.name, known($0, as: field.type)) }
        })
    default: value
    }
  }
}
