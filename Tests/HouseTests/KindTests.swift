import Foundation
import TestSupport
import Testing

/// A kind of event is one file a layer, and each layer has one place that knows them all.
@Suite("The kinds of events in the house")
struct KindTests {
  /// One layer: where its kinds' files lie, and how such a file says whose it is.
  struct Layer: Sendable {
    var folder: String
    /// The declaration of a kind's type in this layer, with `$` for the type.
    var declaration: String
    /// Which type that is; the facts' own as a rule.
    var type: @Sendable (String) -> String? = { $0 }
  }

  /// The kinds by their words, as `EventKind` lists them, each as the name of its facts.
  static let kinds: [String] = {
    guard let text = try? text("Sources/Desk/Case/EventKind.swift") else { return [] }
    return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("case ") }
      .flatMap { $0.dropFirst(5).components(separatedBy: ", ") }
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }
  }()

  static let layers = [
    // The facts of the rules are the rule book, which is no event's alone.
    Layer(folder: "Sources/Desk", declaration: "public struct $: ", type: { $0 == "RulesAdopted" ? "RuleBook" : $0 }),
    Layer(folder: "Sources/DeskRecords/Bodies", declaration: "$: "),
    Layer(folder: "Sources/DeskWire/Verbs", declaration: "extension Wire.$ {"),
    Layer(folder: "Sources/motcua/Verbs", declaration: "extension Wire.$: EventLines {"),
  ]

  /// The files in which a layer knows all kinds.
  static let switches = [
    "Sources/Desk/Case/EventKind.swift", "Sources/Desk/Case/CaseEvent.swift", "Sources/Desk/Case/CaseEntries.swift",
    "Sources/Desk/Case/CaseCommand.swift", "Sources/Desk/Case/EventBody.swift", "Sources/Desk/Office/OfficeEvent.swift",
    "Sources/DeskRecords/Bodies/Bodies.swift", "Sources/DeskViews/Coding/EffectCoding.swift",
    "Sources/DeskWire/Events.swift", "Sources/motcua/Output/EventLine.swift",
  ]

  @Test("there are kinds, and what reads them reads them all")
  func read() { #expect(Self.kinds.count >= 12 && Set(Self.kinds).count == Self.kinds.count) }

  @Test("each kind has its file in each layer", arguments: layers.indices)
  func complete(layer: Int) throws {
    let layer = Self.layers[layer]
    for kind in Self.kinds {
      let declaration = layer.declaration.replacingOccurrences(of: "$", with: layer.type(kind) ?? kind)
      let files = try Self.files(in: layer.folder).filter { try Self.text($0).contains(declaration) }
      #expect(files.count == 1, "\(layer.folder) has \(files.count) files with “\(declaration)” for the kind \(kind)")
    }
  }

  @Test("no file holds two kinds", arguments: layers.indices)
  func apart(layer: Int) throws {
    let layer = Self.layers[layer]
    for file in try Self.files(in: layer.folder) {
      let text = try Self.text(file)
      let held = Self.kinds.filter {
        text.contains(layer.declaration.replacingOccurrences(of: "$", with: layer.type($0) ?? $0))
      }
      #expect(held.count < 2, "\(file) holds \(held)")
    }
  }

  @Test("where a layer knows all kinds there is no `default`, so that a kind that is left out does not compile")
  func exhaustive() throws {
    for file in Self.switches {
      let text = try Self.text(file)
      #expect(!text.contains("default:") && !text.contains("@unknown"), "\(file) has a default")
    }
  }

  @Test(
    "a switch over kinds stands nowhere but there",
    arguments: ["Desk", "DeskRecords", "DeskViews", "DeskWire", "DeskService", "motcua", "motcuad"])
  func nowhereElse(module: String) throws {
    let words = Set(Self.kinds.map { String($0.prefix(1).lowercased() + $0.dropFirst()) })
    // A status bears the same word, and no facts.
    let statuses: Set = ["received", "returned", "withdrawn"]
    for file in try Self.files(in: "Sources/" + module) where !Self.switches.contains(file) {
      var told: Set<String> = []
      for line in try Self.text(file).split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) })
      where line.hasPrefix("case .") {
        for match in line.prefix(while: { $0 != ":" }).matches(of: #/\.(\w+)(\(?)/#) {
          let word = String(match.1)
          if words.contains(word), !match.2.isEmpty || !statuses.contains(word) { told.insert(word) }
        }
      }
      #expect(told.count < 3, "\(file) tells kinds apart: \(told.sorted())")
    }
  }

  @Test("what an event leaves in the state has its row in a file of its own, if it is more than that it happened")
  func effects() throws {
    let folder = "Sources/DeskViews/Coding/Effects"
    let kept = try Self.text("Sources/Desk/Case/CaseEntries.swift").split(separator: "\n").compactMap { line in
      // Of what a value is taken from, as in a switch, the name comes after a point.
      line.wholeMatch(of: #/ +(?:indirect )?case (\w+)\((\w+)\)/#).map {
        (kind: $0.1.prefix(1).uppercased() + $0.1.dropFirst(), type: String($0.2))
      }
    }
    #expect(kept.count >= 6 && Set(kept.map(\.kind)).isSubset(of: Self.kinds))
    for (kind, type) in kept {
      let text = try Self.text("\(folder)/\(kind).swift")
      #expect(text.contains("extension CaseState.\(type): EffectRow {"), "\(kind) has no row of \(type)")
      #expect(text.matches(of: /: EffectRow/).count == 1, "the file of \(kind) holds more than one kind")
    }
    #expect(try Set(Self.files(in: folder)) == Set(kept.map { "\(folder)/\($0.kind).swift" }))
  }

  @Test("no event, state or command holds a type that is only known when it runs")
  func closed() throws {
    for file in try Self.files(in: "Sources/Desk") {
      for line in try Self.text(file).split(separator: "\n") {
        let code = line.trimmingCharacters(in: .whitespaces)
        guard !code.hasPrefix("//"), !code.contains("any Decoder"), !code.contains("any Encoder") else { continue }
        #expect(code.firstMatch(of: #/\bany [A-Z]/#) == nil, "\(file) holds an existential: \(code)")
      }
    }
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: Project.folder.appending(path: path), encoding: .utf8)
  }

  private static func files(in folder: String) throws -> [String] {
    let root = Project.folder.appending(path: folder).path
    return try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".swift") }.map { folder + "/" + $0 }
  }
}
