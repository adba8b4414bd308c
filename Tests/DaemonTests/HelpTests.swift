import DeskInterface
import Foundation
import TestSupport
import Testing

/// What the argument parser knows of a program, from which the manuals are made.
private struct Dump: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable { var name: String }
    var abstract: String?
    var valueName: String?
    var preferredName: Name?
    var shouldDisplay: Bool
  }

  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var shouldDisplay: Bool
    var arguments: [Argument]?
    var subcommands: [Command]?
  }

  var command: Command

  init(of program: String, in language: String) throws {
    let ask = "--experimental-dump-help"
    let said =
      try program == "motcua"
      ? Client(socket: "", language: language).run(ask) : Operator.run(arguments: [ask], language: language)
    self = try JSONDecoder().decode(Dump.self, from: Data(said.output.utf8))
  }

  /// What is said of each thing that is shown, by the words that one types to come to it.
  var sayings: [String: String] {
    var sayings: [String: String] = [:]
    func walk(_ command: Command, _ path: String) {
      sayings[path] = command.abstract ?? ""
      for argument in command.arguments ?? [] where argument.shouldDisplay {
        guard let name = argument.preferredName?.name ?? argument.valueName else { continue }
        sayings["\(path) \(name)"] = argument.abstract ?? ""
      }
      for verb in command.subcommands ?? [] where verb.shouldDisplay { walk(verb, "\(path) \(verb.commandName)") }
    }
    walk(command, command.commandName)
    // These are the parser's own; the client and the manuals put them in words.
    return sayings.filter { path, _ in
      !["help", "version"].contains(path.split(separator: " ").last) && !path.contains(" help ")
    }
  }
}

@Suite("The help")
struct HelpTests {
  @Test("every verb and every option is explained in Vietnamese and in English", arguments: ["motcua", "motcuad"])
  func everything(program: String) throws {
    let (vi, en) = (try Dump(of: program, in: "vi").sayings, try Dump(of: program, in: "en").sayings)
    #expect(vi.count > 20 && vi.keys == en.keys)
    for (path, text) in vi.sorted(by: { $0.key < $1.key }) {
      #expect(!text.isEmpty && en[path]?.isEmpty == false, "\(path) is not explained")
      #expect(text != en[path], "\(path) is explained in one language only: \(text)")
      #expect(text == text.precomposedStringWithCanonicalMapping, "\(path)")
    }
  }

  @Test("the manual names every verb once under the role that its method needs", arguments: ["vi", "en"])
  func roles(language: String) throws {
    let manual = try String(
      contentsOf: Project.folder.appending(path: "packaging/man/motcua.\(language)"), encoding: .utf8)
    let section = try #require(
      manual.components(separatedBy: "\n.SH ").first { $0.contains("motcua\\-readers") })
    var told: [String: String] = [:]
    for paragraph in section.components(separatedBy: "\n.TP\n").dropFirst() {
      let lines = paragraph.split(separator: "\n")
      let group = try #require(lines[0].firstMatch(of: #/motcua\\-([a-z]+)s\)/#)?.output.1)
      for verb in lines[1].split(separator: ";")[0].split(separator: ", ") {
        // A method of two words has a verb with a dash between them.
        let method = String(verb).replacing("\\-", with: "").replacing("-", with: "")
        #expect(told.updateValue(String(group), forKey: method) == nil, "\(verb) twice")
      }
    }
    // What the verb itself does first is what it needs; these methods have no verb of their own.
    let without: Set = [
      "Upload", "ImportLedger", "SetClock", "AcceptClock", "ProveConsistency", "Owed", "GetHead", "Archived",
    ]
    // What a verb is called whose method has another word for it.
    let verbs = ["Records": "archive"]
    let needed: [(String, String)] = PermissionTests.table.compactMap { row in
      let method = row.method.split(separator: ".").last.map(String.init) ?? ""
      if without.contains(method) { return nil }
      let word = method.hasPrefix("Get") ? String(method.dropFirst(3)) : method
      return (verbs[method] ?? word.lowercased(), row.role.rawValue)
    }
    let named = Dictionary(uniqueKeysWithValues: needed)
    let missing = Set(named.keys).subtracting(told.keys)
    #expect(
      told == named,
      "motcua.\(language) lacks \(missing.sorted()); a verb is named like its method, in small letters, with a dash between its words"
    )
    let shown = try Dump(of: "motcua", in: language).command.subcommands?.filter(\.shouldDisplay).map {
      $0.commandName == "check-proof" ? $0.commandName : $0.commandName.replacing("-", with: "")
    }
    #expect(Set(shown ?? []).subtracting(told.keys) == ["check-proof", "demo", "help"])
  }

  @Test(
    "what a verb cannot do without stands in its usage as that, and not as what may be left out",
    arguments: ["vi", "en"])
  func needed(language: String) throws {
    let client = Client(socket: "/nowhere", language: language)
    let verbs =
      try Dump(of: "motcua", in: language).command.subcommands?.filter(\.shouldDisplay).map(\.commandName) ?? []
    var told: Set<String> = []
    for verb in verbs where verb != "help" {
      // Without anything, and with nobody who could be asked, it names the first thing that it lacks.
      let arguments = verb == "correct" ? [verb, "1", "--name", "Lan"] : [verb]
      guard verb != "demo", case let refused = try client.run(arguments), refused.status == 64,
        let name = refused.errors.firstMatch(of: #/^(?:Missing|Thiếu) ([^:]+):/#)?.output.1
      else { continue }
      told.insert(verb)
      let help = try client.run(verb, "--help").output
      let usage = try #require(help.components(separatedBy: language == "vi" ? "CÁCH DÙNG: " : "USAGE: ").last)
        .components(separatedBy: "\n\n")[0].components(separatedBy: "\n")[0]
      let shown = name.hasPrefix("--") ? "\(name) <" : "<\(name.lowercased())>"
      #expect(usage.contains(shown) && !usage.contains("[\(shown)"), "\(verb): \(usage)")
      #expect(usage.hasSuffix(language == "vi" ? "[<tùy chọn>]" : "[<options>]"), "\(usage)")
    }
    #expect(
      told.isSuperset(of: ["import", "archive", "receive", "show", "erase", "check-proof", "correct"]), "\(told)")
    #expect(try client.run("import", "--help").output.contains("motcua import <file> --mapping <mapping> ["))
  }

  @Test(
    "what the argument parser of the daemon says by itself is Vietnamese where the reader is, and on the same stream")
  func parser() throws {
    let foreign = [
      "OVERVIEW", "USAGE", "OPTIONS", "Usage", "Error", "Show ", "See ", "default", "Unknown", "Missing", "Help",
    ]
    for (arguments, status, words) in [
      (["--help"], Int32(0), "CÁCH DÙNG: motcuad <lệnh>"), (["help", "run"], 0, "xem hướng dẫn này"),
      (["run", "--foo"], 64, "Lỗi: Không có tùy chọn '--foo'"),
      (["run", "--data"], 64, "Lỗi: Thiếu giá trị cho '--data"),
      (["salvage", "a", "b", "c"], 64, "Thừa tham số: 'a'"), (["check-config", "a"], 64, "Thừa tham số 'a'"),
    ] {
      let said = try Operator.run(arguments: arguments, language: "vi")
      let (text, silent) = status == 0 ? (said.output, said.errors) : (said.errors, said.output)
      #expect(said.status == status && text.contains(words) && silent.isEmpty, "\(arguments): \(text)")
      #expect(foreign.allSatisfy { !text.contains($0) }, "\(arguments): \(text)")
      let english = try Operator.run(arguments: arguments)
      #expect(english.status == status && (status == 0 ? english.output : english.errors) != text)
    }
    #expect(try Operator.run("--version").output == "0.3.0\n")
  }
}
