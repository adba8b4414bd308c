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
    "Sources/Desk/Rules/CaseSize.swift",
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

  /// Where a kind is told from others outside of its own files and of the switches, and why.
  static let exceptions: [String: [String: String]] = [
    "Sources/Desk/Promises/ApologyOwed.swift": ["apologised": "what settles the promise of this file"],
    "Sources/Desk/Promises/CaseDates.swift": [
      "resolved": "what settles every date", "withdrawn": "what leaves nobody who waits",
    ],
    "Sources/Desk/Promises/HandOver.swift": ["returned": "what settles the promise of this file"],
    "Sources/Desk/Promises/NewDate.swift": ["apologised": "what makes the promise of this file"],
    "Sources/Desk/Promises/Notice.swift": ["notified": "what settles the promise of this file"],
    "Sources/DeskRecords/Coding/RecordCoding.swift": ["received": "it says of its stream what others are asked for"],
    "Sources/DeskService/Commands/Decision.swift": ["received": "it gives a case its code"],
    "Sources/DeskService/Commands/OfficeExecution.swift": [
      "restored": "it sets the floor of serials", "rulesAdopted": "the rules change with it",
    ],
    "Sources/DeskService/Commands/Rules.swift": ["rulesAdopted": "the rules are read from it"],
    "Sources/DeskService/Ledger/ExportCheck.swift": ["rulesAdopted": "events name its position"],
    "Sources/motcua/Proof/ProofCheck.swift": ["received": "it gives a case its code"],
  ]

  /// The same of the kinds of promises.
  static let exceptionsOfPromises: [String: [String: String]] = [
    "Sources/Desk/Verbs/Notify.swift": ["notice": "what somebody is told of"],
    "Sources/DeskRecords/Bodies/Promises.swift": ["notice": "the switch over what an envelope may promise"],
    "Sources/DeskViews/Views/PromisesView.swift": ["": "the switch over the runs of the view"],
    "Sources/motcua/Output/ReceiptForm.swift": ["": "the switch over what a receipt says"],
    "Sources/motcuad/Answers/WireCases.swift": [
      "newDate": "the dates of a case", "notice": "the notices of a case",
      "handOver": "a reason why something is to be done, which bears the same word",
    ],
    "Sources/motcuad/Answers/WirePromises.swift": ["": "the switch of the wire"],
    "Sources/motcua/Words/Words.swift": ["handOver": "a reason why something is to be done, which bears the same word"],
    "Sources/motcuad/Process/JournalLog.swift": ["notice": "a level of the log, which bears the same word"],
  ]

  /// The cases that the patterns, comparisons and sets of a line name, and the whole of what is in question there.
  static func patterns(of line: String) -> [(word: String, bearsFacts: Bool)] {
    let patterns =
      line.matches(of: #/\bcase\b([^:=]*)/#).map { String($0.1) }
      + line.matches(of: #/[!=]=\s*(\w*\.\w+)/#).map { String($0.1) }
      + line.matches(of: #/(\w*\.\w+)\s*[!=]=/#).map { String($0.1) }
      + line.matches(of: #/contains\((\w*\.\w+)\)/#).map { String($0.1) }
      // A list or a set of plain cases; a list of events has facts in brackets.
      + line.matches(of: #/\[((?:\s*(?:EventKind)?\.\w+\s*,?)+)\]/#).map { String($0.1) }
    return patterns.flatMap { pattern in
      pattern.matches(of: #/(?:^|[^\w)\]?!])(?:\w*[kK]ind)?\.(\w+)/#).map { match in
        (String(match.1), pattern[match.range.upperBound...].first == "(")
      }
    }
  }

  @Test(
    "a pattern over lines finds a kind however it is asked for",
    arguments: [
      "case .consulted(let facts):", "case .desk(.consulted(let facts)):", "case .progressed, .consulted: 1",
      "if case .consulted = event.body {", "guard case .consulted(let facts)? = event.body else {",
      "if case .desk(let event) = stored.body, case .consulted = event.body {", "if event.kind == .consulted {",
      "$0.kind != EventKind.consulted", "let some: Set<EventKind> = [.progressed, .consulted]",
      "if [.consulted].contains(kind) {", "kinds.contains(.consulted)", "if .consulted == kind {",
    ])
  func found(line: String) { #expect(Self.patterns(of: line).contains { $0.word == "consulted" }) }

  @Test(
    "what only makes an event tells none apart", arguments: ["return [.consulted(facts)]", "state.keep(.consulted)"])
  func made(line: String) { #expect(Self.patterns(of: line).isEmpty) }

  static let modules = ["Desk", "DeskRecords", "DeskViews", "DeskWire", "DeskService", "motcua", "motcuad"]

  @Test("a kind is told from the others nowhere but there, in its own files, and where it is said why")
  func nowhereElse() throws {
    let words = Set(Self.kinds.map { String($0.prefix(1).lowercased() + $0.dropFirst()) })
    // A status and the end of a promise bear the same words, and no facts.
    let statuses: Set = ["received", "returned", "withdrawn"]
    var exceptions = Self.exceptions
    for file in try Self.modules.flatMap({ try Self.files(in: "Sources/" + $0) }) where !Self.switches.contains(file) {
      let text = try Self.text(file)
      for line in Self.code(text) {
        let isOfEvents = line.contains(#/(?i)\b(event)?kind\b|\bbody\b|\beffect\b|CaseEvent/#)
        for (word, bearsFacts) in Self.patterns(of: line) where words.contains(word) {
          if statuses.contains(word), !bearsFacts, !isOfEvents { continue }
          if Self.isOwn(text, word) { continue }
          let isSaid = Self.exceptions[file]?[word] != nil
          #expect(isSaid, "\(file) tells \(word) apart: \(line)")
          exceptions[file]?[word] = nil
        }
      }
    }
    #expect(!exceptions.values.contains { !$0.isEmpty }, "nothing is told apart there any more: \(exceptions)")
  }

  /// Whether the text is of a kind's own file.
  private static func isOwn(_ text: String, _ word: String) -> Bool {
    let kind = word.prefix(1).uppercased() + word.dropFirst()
    return layers.contains { text.contains($0.declaration.replacingOccurrences(of: "$", with: $0.type(kind) ?? kind)) }
  }

  @Test("a kind of promise is told from the others in its own file, in the switches, and where it is said why")
  func promises() throws {
    let words = Set(
      try #require(
        Self.code(try Self.text("Sources/Desk/Promises/PromiseKind.swift")).first { $0.hasPrefix("case ") }
      ).dropFirst(5).components(separatedBy: ", "))
    #expect(words.count >= 7)
    var exceptions = Self.exceptionsOfPromises
    for file in try Self.modules.flatMap({ try Self.files(in: "Sources/" + $0) })
    where !file.hasPrefix("Sources/Desk/Promises/") {
      for line in Self.code(try Self.text(file)) {
        for (word, _) in Self.patterns(of: line) where words.contains(word) {
          let said = Self.exceptionsOfPromises[file] ?? [:]
          #expect(said[""] != nil || said[word] != nil, "\(file) tells \(word) apart: \(line)")
          exceptions[file]?[word] = nil
          exceptions[file]?[""] = nil
        }
      }
    }
    #expect(!exceptions.values.contains { !$0.isEmpty }, "nothing is told apart there any more: \(exceptions)")
    // Each has one file, which derives it, and in which no other is derived.
    let files = try Self.files(in: "Sources/Desk/Promises").filter {
      try Self.text($0).contains("static func add(_ state: CaseState, to promises: inout [Promise])")
    }
    #expect(files.count == words.count, "\(files)")
    for file in files {
      let deriving = try Self.text(file).matches(of: #/^(enum|struct) \w+ \{$/#.anchorsMatchLineEndings()).count
      #expect(deriving == 1, "\(file) derives more than one kind")
    }
  }

  /// The lines without those of comments.
  private static func code(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.hasPrefix("//") }
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

  /// What an event, a state, a promise and a command are, in every layer that has a type of its own for them.
  static let values = [
    "Sources/DeskRecords/Coding/StoredEvent.swift", "Sources/DeskService/Commands/CommandRequest.swift",
    "Sources/DeskService/Commands/Decision.swift",
  ]

  @Test("no event, state, promise or command holds a type that is only known when it runs")
  func closed() throws {
    let files = try Self.files(in: "Sources/Desk")
    #expect(files.contains("Sources/Desk/Promises/Promise.swift"))
    for file in files + Self.values {
      for line in Self.code(try Self.text(file)) {
        #expect(line.firstMatch(of: #/\bany [A-Z]/#) == nil, "\(file) holds an existential: \(line)")
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
