import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink

@testable import motcua
@testable import motcuad

@Suite("What is shown and what is logged obeys nobody", .oneAtATime)
struct EscapingTests {
  /// One text with everything that steers, but for U+0000, which no frame may hold.
  private static let hostile =
    "H" + String(String.UnicodeScalarView(AttackTests.steering.filter { $0 != "\0" })) + "\n\tHoa"

  private static let questions = [
    ["show", "1"], ["history", "1"], ["list"], ["next"], ["search", "hoa"], ["tally"], ["explain", "1"], ["procedures"],
    ["slip", "1"], ["watch"], ["status"], ["clock"], ["rebuild"], ["verify"], ["checkpoint"],
    ["prove", "1"], ["export"], ["metrics"],
  ]
  private static let commands = [
    ["receive", "khai-sinh", "--name", "Hoa", "--slip"], ["consult", "q", "--answer", "a"], ["progress", "1", "s"],
    ["apologise", "1", "--text", "x", "--new-due", "+2"], ["resolve", "1"], ["return", "1"],
    ["withdraw", "1", "--reason", "x"], ["correct", "1", "--reason", "x", "--name", "y"],
    ["erase", "1", "--basis", "x"], ["notify", "1"],
  ]
  /// The verbs of neither list, each with why.
  private static let others = [
    "backup": "it writes files, which “stays in its directory” shows", "archive": "the same",
    "import": "it needs files: it has its own test",
    "check-proof": "it asks no daemon, and shows the events of a file as “history” does",
    "demo": "it starts a daemon of its own, and asks no other",
  ]

  @Test("there is no verb of which nobody looks at what it shows")
  func everyVerb() {
    let shown = (Self.questions + Self.commands).compactMap(\.first)
    #expect(Set(shown).count == shown.count)
    #expect(Set(shown).isDisjoint(with: Self.others.keys))
    #expect(Set(shown).union(Self.others.keys) == Set(Motcua.verbs.map { $0.verb.english }))
  }

  @Test("whatever a daemon answers, every verb spells it out, for people and as JSON", arguments: ["vi", "en"])
  func answers(language: String) throws {
    let daemon = try HostileDaemon(text: Self.hostile)
    defer { daemon.close() }
    let client = Client(socket: daemon.socket, language: language)
    var shown = 0
    for verb in Self.questions + Self.commands {
      for options in [[], ["--json"]] {
        let said = try client.run(verb + options + ["--timeout", "5"])
        expectHarmless(said, "\(verb + options)")
        if said.output.contains("U+202E") || said.output.contains("\\u202e") { shown += 1 }
      }
    }
    // Where nothing is shown nothing can be escaped, and the test would prove nothing.
    #expect(shown >= 24, "\(shown)")
  }

  @Test("whatever kind of event a daemon tells of, its line spells it out", arguments: Wire.EventType.allCases)
  func events(type: Wire.EventType) throws {
    let daemon = try HostileDaemon(text: Self.hostile)
    defer { daemon.close() }
    daemon.tell(of: type)
    for verb in [["history", "1"], ["watch"]] {
      for language in ["vi", "en"] {
        let said = try Client(socket: daemon.socket, language: language).run(verb + ["--timeout", "5"])
        expectHarmless(said, "\(verb) of \(type)")
        #expect(said.status == 0 && said.output.contains("U+202E"), "\(verb) of \(type): \(said.errors)")
      }
      let json = try Client(socket: daemon.socket).run(verb + ["--json", "--timeout", "5"])
      expectHarmless(json, "\(verb) of \(type) as JSON")
      // It was this kind that was told of.
      #expect(json.output.contains("\"type\":\"\(type.rawValue)\""), "\(json.output)\(json.errors)")
    }
  }

  @Test("what a daemon says of the rows that are brought in is spelled out", arguments: ["vi", "en"])
  func imported(language: String) throws {
    let daemon = try HostileDaemon(text: Self.hostile)
    defer { daemon.close() }
    let folder = try Folder()
    let file = try folder.write("a\n", to: "rows.csv")
    let client = Client(socket: daemon.socket, language: language)
    let verb = ["import", file, "--mapping", file, "--verbose"]
    let interface = try #require(try Synthetic.interfaces().first { $0.error(named: "ImportRefused") != nil })
    for refusal in [nil, "\(interface.name).ImportRefused"] {
      daemon.refuse(with: refusal, only: Wire.Import.method)
      for options in [[], ["--json"]] {
        let said = try client.run(verb + options + ["--timeout", "5"])
        expectHarmless(said, "import \(options), \(refusal ?? "")")
        #expect((said.output + said.errors).lowercased().contains("202e"), "\(said.output)\(said.errors)")
      }
    }
  }

  @Test("a file that is named by what the daemon says stays in its directory")
  func paths() throws {
    let home = NSTemporaryDirectory() + "motcua-\(UUID().uuidString)"
    let place = home + "/inner"
    try FileManager.default.createDirectory(atPath: place + "/ledger-..", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    // A signed note and a time at once: its first letters lead out of the directory.
    let root = Data(repeating: 1, count: 32).base64EncodedString()
    let signature = Data(repeating: 1, count: 68).base64EncodedString()
    let daemon = try HostileDaemon(text: "../outside\n3\n\(root)\n\n— ../outside \(signature)\n")
    defer { daemon.close() }
    let client = Client(socket: daemon.socket)
    #expect(try client.run("checkpoint").status == 0, "it is taken for a note")
    for verb in [["checkpoint", "--directory", place], ["backup", "--directory", place, "--keep", "1"]] {
      let said = try client.run(verb)
      #expect(said.status == 76 && said.errors.contains("now"), "\(said.errors)")
    }
    let said = try client.run(["archive", "--directory", place])
    #expect(said.status == 76 && said.errors.contains("ledger"), "\(said.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: home) == ["inner"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["ledger-.."])
  }

  @Test("whatever a daemon refuses with, its words are spelled out", arguments: ["vi", "en"])
  func refusals(language: String) throws {
    let daemon = try HostileDaemon(text: Self.hostile)
    defer { daemon.close() }
    let client = Client(socket: daemon.socket, language: language)
    for interface in try Synthetic.interfaces() {
      for error in interface.errors where !["Stopping", "StorageFailed"].contains(error.name) {
        daemon.refuse(with: "\(interface.name).\(error.name)")
        for options in [[], ["--json"]] {
          let said = try client.run(["show", "1"] + options + ["--timeout", "5"])
          #expect(said.status != 0)
          expectHarmless(said, error.name)
        }
      }
    }
  }

  @Test("what was typed is spelled out when the client says it again: words, options, files, sockets")
  func arguments() throws {
    let text = Self.hostile
    let client = Client(socket: "/nowhere/\(text)")
    for typed in [
      [text], ["--\(text)"], ["show", text, text], ["list", "--status", text], ["list", "--due-before", text],
      ["show", "1", "--timeout", text], ["show", text, "--help"], ["help", text], ["check-proof", text],
      ["import", text, "--mapping", text], ["export", "/nowhere/\(text)"], ["backup", "/nowhere/\(text)"],
      ["show", "1", "--socket", text], ["--lang", text, "show", "1"],
    ] {
      expectHarmless(try client.run(typed), "\(typed.first ?? "")")
      expectHarmless(try client.run(typed + ["--json"]), "\(typed.first ?? "")")
    }
  }

  private func expectHarmless(_ said: Client.Outcome, _ what: String) {
    for (name, text) in [("stdout", said.output), ("stderr", said.errors)] {
      let found = Set(text.unicodeScalars.filter { AttackTests.steering.contains($0) || $0 == "\t" })
      #expect(found.isEmpty, "\(what), \(name): \(found.map { String($0.value, radix: 16) })")
    }
  }

  @Test("a value in the log is one word or stands in quotes, so that it cannot look like another field or another line")
  func values() {
    #expect(LogText.value("1000") == "1000")
    #expect(LogText.value("/var/lib/motcua") == "/var/lib/motcua")
    #expect(LogText.value("x uid=0") == #""x uid=0""#)
    #expect(LogText.value("x\" uid=0") == #""x\" uid=0""#)
    #expect(LogText.value("") == "\"\"")
    #expect(LogText.value("a\\b") == #""a\\b""#)
    #expect(LogText.value("a\n<0>b") == #""a\n<0>b""#)
    #expect(LogText.value("a\u{2028}b\u{9B}c\u{202E}") == #""a\u{2028}b\u{9b}c\u{202e}""#)
    #expect(LogText.value(String(repeating: "x", count: 5000)).hasSuffix("x\"…+904"))
    for scalar in AttackTests.steering {
      #expect(!LogText.value("a\(scalar)b").unicodeScalars.contains(scalar), "\(scalar.value)")
      #expect(!LogText.line("a\(scalar)b").unicodeScalars.contains(scalar), "\(scalar.value)")
    }
  }

  @Test("a name or a phone never reaches the log, whatever is done with it and however much is logged")
  func personalData() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try Configuration.replace(daemon.config + "/motcuad.toml", "log_level = \"info\"", "log_level = \"trace\"")
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let (name, phone) = ("Nguyễn Thị Zyxwv", "0987654321")
    let told = ["--name", name, "--phone", phone, "--place", name, "--subject", name]
    let late = ["--at", "2026-01-05T09:00", "--why", name]
    for verb in [
      ["receive", "cai-chinh"] + told, ["receive", "cai-chinh", "--name", name + "\u{202E}"],
      ["receive", name, "--name", name], ["receive", "cai-chinh"] + told + late,
      ["receive", "cai-chinh", "--name", String(repeating: name, count: 100)],
      ["show", "1"], ["show", name], ["search", name], ["search", phone], ["history", "1"], ["history", name],
      ["list", "--clerk", name], ["list", "--procedure", name], ["list", "--due-before", phone],
      ["consult", name, "--answer", name], ["progress", "1", name, "--by", name, "--group", name],
      ["progress", "1", name, "--id", name], ["apologise", "1", "--text", name, "--cause", name],
      ["apologise", "1", "--text", name, "--new-due", name], ["correct", "1", "--reason", name, "--name", name],
      ["resolve", "1", "--reason", name, "--signed-by", name], ["return", "1", "--to", name, "--authority", name],
      ["return", "1", "--to", name], ["withdraw", "1", "--reason", name, "--by", name], ["slip", "1"],
      ["explain", "1"],
      ["next"], ["tally", "--as-of", name], ["prove", "1"], ["export"], ["export", "--readable"], ["verify"],
      ["rebuild"], ["erase", "1", "--basis", name], ["erase", name, "--basis", name], ["status"],
    ] {
      _ = try client.run(verb)
    }
    let desk = try daemon.connect()
    for frame in [
      "{\"method\":\"vn.motcua.Desk.Receive\",\"parameters\":{\"applicant\":\"\(name)\",\"phone\":\"\(phone)\"}}",
      "{\"method\":\"vn.motcua.Desk.\(name)\"}", "{\"\(name)\":\"\(phone)\"}", "\(name) \(phone)",
      "{\"method\":\"vn.motcua.Desk.Receive\",\"parameters\":{\"\(name)\":\"\(phone)\"}}",
    ] {
      let socket = try RawSocket(daemon.socket)
      socket.write(Array(frame.utf8) + [0])
      socket.finishSending()
      _ = socket.receiveAll()
    }
    let mapping = "[columns]\ncase = \"\(name)\"\n"
    _ = try? desk.importText("c,r\n\(name),\(phone)\n", mapping: mapping)
    #expect(try desk.ask(Wire.GetStatus()).status.cases >= 2)
    daemon.stop()
    #expect(daemon.log.contains("ready"))
    for marker in ["Zyxwv", phone] { #expect(!daemon.log.contains(marker), "\(daemon.log)") }
  }
}
