import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import motcua

/// A verb and what it takes, as the argument parser tells it.
private struct Taken {
  private struct Dump: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        var kind: String
        var name: String
      }
      var kind: String
      var names: [Name]?
      var allValues: [String]?
    }
    struct Command: Decodable {
      var commandName: String
      var arguments: [Argument]?
      var subcommands: [Command]?
    }
    var command: Command
  }

  struct Option {
    var names: [String]
    var isFlag: Bool
    /// Values that it takes.
    var values: [String]
  }

  var verb: String
  var options: [Option]

  static func all() throws -> [Taken] {
    let told = #expect(throws: (any Error).self) { try Motcua.parseAsRoot(["--experimental-dump-help"]) }
    let dump = try JSONDecoder().decode(Dump.self, from: Data(Motcua.fullMessage(for: #require(told)).utf8))
    return (dump.command.subcommands ?? []).filter { VerbNames.isVerb($0.commandName) }.map { command in
      let named = (command.arguments ?? []).filter { $0.kind != "positional" }
      return Taken(
        verb: command.commandName,
        options: named.compactMap { argument in
          let names = (argument.names ?? []).filter { $0.kind == "long" }.map { "--\($0.name)" }
          // These two are the parser's own.
          guard !names.isEmpty, names != ["--help"], names != ["--version"] else { return nil }
          return Option(names: names, isFlag: argument.kind == "flag", values: argument.allValues ?? ["7", "sổ gốc"])
        })
    }
  }
}

@Suite("A plain command line")
struct PlainLineTests {
  /// What one sees of a verb that was read, down to the last option.
  private func seen(_ verb: any ParsableCommand) -> String {
    var text = "\(type(of: verb))\n"
    dump(verb, to: &text)
    return text
  }

  /// By the parser of this verb alone: that of all of them, which chooses it by its name, checks every verb first in a debug build.
  private func parsed(_ line: [String]) -> String? {
    guard let verb = line.first.flatMap(VerbNames.verb) else { return nil }
    return (try? verb.parse(Array(line.dropFirst()))).map(seen)
  }

  private func read(_ line: [String]) -> String? { PlainLine.read(line).map(seen) }

  @Test("every verb that is done in a moment is read plainly, with each of its options, as the parser reads it")
  func everyOption() throws {
    for taken in try Taken.all() {
      guard let bare = read([taken.verb]) else {
        #expect(["rebuild", "verify", "backup", "archive", "import", "export", "demo"].contains(taken.verb))
        continue
      }
      #expect(bare == parsed([taken.verb]) && !bare.contains("definition"), "\(taken.verb)")
      for option in taken.options {
        for name in option.names {
          let lines = option.isFlag ? [[taken.verb, name]] : option.values.map { [taken.verb, name, $0] }
          let good = lines.compactMap { line in parsed(line).map { (line, $0) } }
          // Some go with another one only.
          #expect(!good.isEmpty || ["--force", "--shown", "--to"].contains(name), "\(taken.verb) \(name)")
          for (line, parsed) in good { #expect(read(line) == parsed, "\(line)") }
        }
      }
    }
  }

  @Test("whatever is read plainly the parser reads alike", arguments: 0..<4)
  func anyLine(seed: Int) throws {
    var dice = Dice(seed: UInt64(seed))
    var plain = 0
    let all = try Taken.all()
    for _ in 0..<800 {
      guard let taken = all.randomElement(using: &dice) else { continue }
      var line = [taken.verb]
      for _ in 0..<Int.random(in: 0...4, using: &dice) {
        let option = taken.options.randomElement(using: &dice)
        if let option, Bool.random(using: &dice) {
          line += [option.names.randomElement(using: &dice) ?? ""]
          if !option.isFlag, Int.random(in: 0..<8, using: &dice) > 0 {
            line += [(option.values + Self.words).randomElement(using: &dice) ?? ""]
          }
        } else {
          line += [Self.words.randomElement(using: &dice) ?? ""]
        }
      }
      guard let read = read(line) else { continue }
      plain += 1
      #expect(read == parsed(line), "\(line)")
    }
    #expect(plain > 100)
  }

  /// What may stand where a value does, and what may not.
  private static let words = [
    "975", "H56.26.07-261123-0001", "", " ", "-", "--", "-7", "+7", "7", "0", "86401", "a=b", "--lang=vi", "help",
    "show", "vi",
    "--help", "-h", "--json", "--bogus", "-\u{301}", "\u{2D}\u{FE0F}json", "–json", "Tờ khai", "To\u{31B}\u{300} khai",
    "@file", "1_000", "٧", "ready",
  ]

  @Test(
    "what is written otherwise, or is wrong, is left to the parser",
    arguments: [
      [], ["bogus"], ["help", "show"], ["--version"], ["show", "--help"], ["show", "-h"], ["show", "1", "2"],
      ["show", "--", "1"],
      ["show", "--lang=en", "1"], ["show", "--json", "--json"], ["show", "--lang"], ["show", "--lang", "fr"],
      ["show", "--socket", "--json"], ["show", "--socket", "--json", "975"],
      ["return", "--to", "--authority", "a", "975"], ["show", "--timeout", "0"], ["show", "--timeout", "x"],
      ["show", "-1"],
      ["show", "--jso"],
      ["show", "--generate-completion-script", "bash"], ["consult", "a", "b", "c"], ["consult", "--minutes", "-1"],
      ["resolve", "1", "--apologise", "x", "--apologize", "y"], ["metrics", "--force"], ["list", "1"],
    ])
  func leftToTheParser(line: [String]) { #expect(PlainLine.read(line) == nil) }

  @Test("what the office types every day is plain")
  func everyDay() throws {
    for line in [
      ["show", "975"], ["show", "H56.26.07-261123-0001", "--socket", "/run/x"], ["next", "--mine"],
      ["tìm", "nguyen", "hoa"],
      ["list", "--late", "--clerk", "nam"], ["--json", "--lang", "en", "tally", "--as-of", "26/11/2026"],
      ["tiếp-nhận", "khai-sinh", "--name", "-", "--paper", "Tờ khai", "--paper", "Hộ chiếu"],
      ["xu-ly", "975", "--by", "nam", "tra sổ gốc"],
    ] {
      let normalised = Invocation.normalised(line)
      let verb = try #require(read(normalised), "\(line)")
      #expect(try verb == seen(Motcua.parseAsRoot(normalised)))
    }
  }
}
