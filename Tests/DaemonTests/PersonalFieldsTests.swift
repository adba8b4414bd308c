import DeskInterface
import Foundation
import Synchronization
import TestSupport
import Testing
import VarlinkClient

@testable import motcua

/// Every account of a machine reads the command lines of all the others, so what tells about a person has other ways in.
@Suite("What tells about a person", .oneAtATime)
struct PersonalFieldsTests {
  private static let fields: [(verb: [String], fields: [PersonalField])] = [
    (
      ["receive", "cai-chinh", "--at", "18/11/2026 08:00"],
      [.name, .phone, .place, .subject, .paper, .urgent, .handedInBy, .authority, .helpGiven, .why]
    ),
    (["consult", "261118-0001"], [.question, .answer]),
    (["progress", "261118-0001"], [.step, .by, .group]),
    (["correct", "261118-0001"], [.name, .phone, .place, .subject, .reason]),
    (["apologise", "261118-0001", "--new-due", "+5"], [.text, .signatory, .letter]),
    (
      ["resolve", "261118-0001", "--outcome", "refused"],
      [.reason, .document, .signedBy, .apologise, .signatory, .letter]
    ),
    (["return", "261118-0001"], [.to, .authority]),
    (["consult"], [.question, .answer, .name, .phone]),
    (["receive", "cai-chinh"], [.name]),
    (["withdraw", "261210-0002"], [.by, .reason]),
    (["notify", "261118-0001", "--of", "1", "--channel", "message", "--outcome", "sent"], [.receipt]),
  ]

  /// A text that nothing else says.
  private static func text(_ field: PersonalField, _ verb: Int) -> String {
    field == .phone ? "09\(10_000_000 + verb)" : "Người \(field.rawValue) \(verb)"
  }

  private static func json(_ fields: [PersonalField], _ verb: Int) throws -> String {
    var object: [String: Any] = [:]
    for field in fields { object[field.rawValue] = field == .paper ? [text(field, verb)] : text(field, verb) }
    return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }

  @Test("every field that the ledger seals can be given without a command line, and every other one, too")
  func complete() throws {
    let proto = try String(
      contentsOf: Project.folder.appending(path: "Sources/DeskRecords/record.proto"), encoding: .utf8)
    let message = try #require(proto.firstMatch(of: #/message Personal \{(?<fields>[^}]*)\}/#)).fields
    let sealed = message.matches(of: #/string (?<name>\w+) =/#).map { String($0.name) }
    let typed: [String: PersonalField] = [
      "applicant": .name, "phone": .phone, "place": .place, "subject": .subject, "handed_in_by": .handedInBy,
      "authority": .authority, "help": .helpGiven, "urgent": .urgent, "question": .question, "guidance": .answer,
      "text": .text, "reason": .reason, "to": .to, "by": .by, "late_entry_reason": .why, "papers": .paper,
      "step": .step,
      "group": .group, "signatory": .signatory, "letter_number": .letter, "document_number": .document,
      "signed_by": .signedBy, "receipt": .receipt,
    ]
    // To whom a promise was made is taken from the case, and typed by nobody.
    #expect(
      Set(sealed) == Set(typed.keys).union(["promised_to"]),
      "say in `typed` by what it is typed: \(Set(sealed).symmetricDifference(typed.keys))")
    let untried = Set(PersonalField.allCases).subtracting(Self.fields.flatMap(\.fields) + [.words])
    #expect(untried.isEmpty, "a call in `fields` above gives each of them")
    let unsealed = Set(PersonalField.allCases).subtracting(typed.values).subtracting([.apologise, .words])
    #expect(unsealed.isEmpty, "the ledger seals what is typed as these: `typed` says under which name")
  }

  @Test(
    "from standard input every field is recorded, and nothing of it stands in /proc while the client waits or works")
  func standardInput() throws {
    let daemon = try RunningDaemon()
    try Configuration.promiseNotices(daemon)
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let client = Client(socket: daemon.socket)
    for (index, (verb, fields)) in Self.fields.enumerated() {
      if verb[0] == "apologise" { _ = try daemon.connect().ask(Wire.SetClock(to: "2026-11-25T08:00")) }
      if verb[0] == "resolve" { _ = try daemon.connect().ask(Wire.SetClock(to: "2026-12-10T08:00")) }
      let (outcome, seen) = try client.typed(verb + ["--fields", "-"], input: try Self.json(fields, index))
      #expect(outcome.status == 0, "\(verb): \(outcome.errors)")
      #expect(seen.contains(verb[0]))
      for field in fields {
        let isSeen = seen.contains(Self.text(field, index))
        #expect(!isSeen, "\(verb): \(field)")
      }
    }
    let codes = ["261118-0001", "261210-0001", "261210-0002"]
    let told = try codes.map { try client.run("history", $0, "--json").output }.joined()
    for (index, (verb, fields)) in Self.fields.enumerated() {
      for field in fields {
        let isTold = told.contains(Self.text(field, index))
        #expect(isTold, "\(verb): \(field)")
      }
    }
    let search = try client.typed(["search", "-"], input: "nguoi name 7\n")
    #expect(search.outcome.output.contains("Người name 7"), "\(search.outcome.errors)")
  }

  @Test("one field in the place of its text: from standard input, from a file with others, or asked for on a terminal")
  func ways() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    #expect(try client.typed(["receive", "cai-chinh", "--name", "-"], input: "Trần Văn Một\n").outcome.status == 0)
    let file = daemon.home + "/fields.json"
    try #"{"name": "Trần Văn Hai", "paper": ["Tờ khai", "Căn cước"]}"#
      .write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try client.run("tiep-nhan", "cai-chinh", "--phone", "091", "--fields", file).status == 0)
    let environment = ["MOTCUA_SOCKET=\(daemon.socket)", "MOTCUA_LANG=vi"]
    let asked = try Child.run(
      client.program, ["receive", "cai-chinh", "--phone", "-", "--paper", "-", "--name", "-", "--place", "-"],
      environment: environment, typing: ["Đơn", "Ảnh", "", "Trần Văn Ba", "0912", ""])
    #expect(asked.code == 0, "\(asked.text)")
    #expect(asked.text.contains("Họ tên? Trần Văn Ba\nSố điện thoại? 0912\n"), "\(asked.text)")
    // What is missing is asked for as before, and who says nothing is told what is missing.
    let missing = try Child.run(client.program, ["receive", "cai-chinh"], environment: environment, typing: [])
    #expect(missing.code == 64 && missing.text.contains("--name"), "\(missing.text)")
    let cases = try (1...3).map { try daemon.connect().ask(Wire.Show(code: "\($0)")).case }
    #expect(cases.map(\.applicant) == ["Trần Văn Một", "Trần Văn Hai", "Trần Văn Ba"])
    #expect(cases.map(\.phone) == [nil, "091", "0912"] && cases[2].place == nil)
    #expect(cases[1].papers == ["Tờ khai", "Căn cước"] && cases[2].papers == ["Đơn", "Ảnh"])
  }

  @Test("what cannot be meant is refused before anything is asked or recorded", arguments: ["vi", "en"])
  func mistakes(language: String) throws {
    let home = NSTemporaryDirectory() + "motcua-fields-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    let client = Client(socket: home + "/nowhere", language: language)
    let file = home + "/f.json"
    for (text, arguments, said) in [
      ("x", ["receive", "cai-chinh", "--name", "-", "--phone", "-"], "--name, --phone"),
      ("{}", ["consult", "-", "--fields", "-"], "QUESTION, --fields"),
      ("x", ["receive", "cai-chinh", "--paper", "-", "--paper", "-"], "--paper, --paper"),
      (#"{"nam": "x"}"#, ["receive", "cai-chinh", "--fields", file], "“nam”"),
      (#"{"to": "x"}"#, ["receive", "cai-chinh", "--fields", file], "“to”"),
      (#"{"name": 3}"#, ["receive", "cai-chinh", "--fields", file], "“name”"),
      (#"{"name": "x", "paper": "y"}"#, ["receive", "cai-chinh", "--fields", file], "“paper”"),
      (#"{"name": "x", "paper": ["y", 1]}"#, ["receive", "cai-chinh", "--fields", file], "“paper”"),
      (#"{"name": "x", "name": "y"}"#, ["receive", "cai-chinh", "--fields", file], "byte 14"),
      (#"{"name": "x"}"#, ["receive", "cai-chinh", "--name", "y", "--fields", file], "--name"),
      (#"{"paper": ["x"]}"#, ["receive", "cai-chinh", "--paper", "y", "--fields", file], "--paper"),
      (#"{"name": "x",}"#, ["receive", "cai-chinh", "--fields", file], "JSON"),
      (#"["x"]"#, ["receive", "cai-chinh", "--fields", file], "JSON"),
      ("", ["receive", "cai-chinh", "--fields", file], "JSON"),
      ("", ["receive", "cai-chinh", "--name", "-"], "--name"),
      ("{}", ["receive", "cai-chinh", "--fields", "/nowhere.json"], "/nowhere.json"),
      (String(repeating: "x", count: 2 << 20), ["receive", "cai-chinh", "--name", "-"], "1048576"),
      ("a\0b", ["receive", "cai-chinh", "--name", "-"], "UTF-8"),
    ] as [(String, [String], String)] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let outcome = try client.typed(arguments, input: text).outcome
      #expect(outcome.status == 64 && outcome.errors.contains(said), "\(arguments): \(outcome.errors)")
    }
  }
}

extension Client {
  /// Runs it with something to read, and tells what `/proc` shows of it before that is there and until it ends.
  func typed(_ arguments: [String], input: String) throws -> (outcome: Outcome, seen: String) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ["MOTCUA_SOCKET": socket, "MOTCUA_LANG": language, "PATH": "/usr/bin:/bin"]
    let (typing, output, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (typing, output, errors)
    try process.run()
    let shown = "/proc/\(process.processIdentifier)"
    var seen = ""
    func look() {
      for file in ["cmdline", "environ", "comm"] {
        seen +=
          (try? Data(contentsOf: URL(filePath: "\(shown)/\(file)"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
    }
    // Until it is this program, and not yet the one that starts it.
    while process.isRunning, !seen.contains(arguments[0]) { look() }
    look()
    let end = typing.fileHandleForWriting
    // Who has refused already reads nothing.
    _ = fcntl(end.fileDescriptor, F_SETFL, O_NONBLOCK)
    signal(SIGPIPE, SIG_IGN)
    var rest = Array(input.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(end.fileDescriptor, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN { break }
      if count < 0, !process.isRunning { break }
    }
    try end.close()
    while process.isRunning { look() }
    let (said, complained) = (output.fileHandleForReading, errors.fileHandleForReading)
    let outcome = Outcome(
      status: process.terminationStatus, output: String(decoding: said.readDataToEndOfFile(), as: UTF8.self),
      errors: String(decoding: complained.readDataToEndOfFile(), as: UTF8.self))
    return (outcome, seen)
  }
}
