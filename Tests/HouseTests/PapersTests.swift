import Foundation
import TestSupport
import Testing

/// The papers are for people who have ten minutes: short paragraphs, short lines, links that lead somewhere.
@Suite("The papers")
struct PapersTests {
  private static let project = Project.folder.path
  private static let charactersMax = 140
  private static let paragraphLinesMax = 6

  /// What may lie at the top level, beside what git ignores.
  private static let topLevel: Set<String> = [
    "Package.swift", "Sources", "Tests", "config", "systemd", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
    "CHANGELOG.md", "LICENSE", "docs", "Benchmarks", "packaging", ".ci", ".git", ".gitignore", ".swift-format",
  ]

  private struct Line {
    enum Kind { case text, heading, table, code, blank }

    var number: Int
    var text: String
    var kind: Kind
    /// An entry of a list is a paragraph of its own.
    var isEntry: Bool
  }

  @Test("no line is longer than 140 characters, but in a table or in code")
  func lines() throws {
    for paper in try Self.papers() {
      for line in try Self.lines(of: paper) where line.kind == .text || line.kind == .heading {
        #expect(line.text.count <= Self.charactersMax, "\(paper):\(line.number) has \(line.text.count) characters")
      }
    }
  }

  @Test("no paragraph is longer than six lines")
  func paragraphs() throws {
    for paper in try Self.papers() {
      var count = 0
      for line in try Self.lines(of: paper) {
        count = line.kind == .text ? (line.isEntry ? 1 : count + 1) : 0
        #expect(count <= Self.paragraphLinesMax, "\(paper):\(line.number) is line \(count) of its paragraph")
      }
    }
  }

  @Test("every link leads to a file that is there, and to a heading that is in it")
  func links() throws {
    for paper in try Self.papers() {
      for link in try Self.links(of: paper) {
        let isThere = FileManager.default.fileExists(atPath: Self.project + "/" + link.place)
        #expect(isThere, "\(paper):\(link.line) leads to \(link.place), which is not there")
        guard isThere, let anchor = link.anchor else { continue }
        let isHeading = try Self.anchors(of: link.place).contains(anchor)
        #expect(isHeading, "\(paper):\(link.line) leads to the heading \(anchor), which \(link.place) does not have")
      }
    }
  }

  @Test("every paper is found from README.md by its links")
  func found() throws {
    let papers = Set(try Self.papers())
    var found: Set<String> = ["README.md"]
    var waiting = ["README.md"]
    while let paper = waiting.popLast() {
      for link in try Self.links(of: paper) where papers.contains(link.place) && !found.contains(link.place) {
        found.insert(link.place)
        waiting.append(link.place)
      }
    }
    for paper in papers.subtracting(found).sorted() { Issue.record("no link leads to \(paper)") }
  }

  @Test("the top level holds what a newcomer expects there, and nothing else")
  func top() throws {
    let ignored = try Self.text(of: ".gitignore").split(separator: "\n").map { pattern in
      pattern.hasSuffix("/") ? pattern.dropLast() : pattern
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.project) {
      let isIgnored = ignored.contains { pattern in
        pattern.hasSuffix("*") ? name.hasPrefix(String(pattern.dropLast())) : name == String(pattern)
      }
      #expect(isIgnored || Self.topLevel.contains(name), "\(name) does not belong at the top level")
    }
  }

  /// The papers by their paths in the project: those at the top level, and all in `docs`.
  private static func papers() throws -> [String] {
    let top = try FileManager.default.contentsOfDirectory(atPath: project)
    let docs = try #require(FileManager.default.enumerator(atPath: project + "/docs")).compactMap { $0 as? String }
    return (top + docs.map { "docs/" + $0 }).filter { $0.hasSuffix(".md") }.sorted()
  }

  private static func text(of path: String) throws -> String {
    try String(contentsOfFile: project + "/" + path, encoding: .utf8)
  }

  private static func lines(of paper: String) throws -> [Line] {
    var lines: [Line] = []
    var isCode = false
    for text in try Self.text(of: paper).components(separatedBy: "\n") {
      let inner = text.trimmingCharacters(in: .whitespaces)
      let isFence = inner.hasPrefix("```")
      let kind: Line.Kind =
        if isCode || isFence {
          .code
        } else if inner.isEmpty {
          .blank
        } else if inner.hasPrefix("|") {
          .table
        } else if text.hasPrefix("#") {
          .heading
        } else {
          .text
        }
      if isFence { isCode.toggle() }
      lines.append(Line(number: lines.count + 1, text: text, kind: kind, isEntry: isEntry(inner)))
    }
    return lines
  }

  /// `- …`, `* …` or `12. …`
  private static func isEntry(_ text: String) -> Bool {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return text.hasPrefix("- ") || text.hasPrefix("* ")
      || (!digits.isEmpty && text.dropFirst(digits.count).hasPrefix(". "))
  }

  private struct Link {
    var line: Int
    /// A path in the project.
    var place: String
    var anchor: String?
  }

  /// The links into the project, out of code.
  private static func links(of paper: String) throws -> [Link] {
    var links: [Link] = []
    for line in try Self.lines(of: paper) where line.kind != .code {
      // Every second piece stands between backticks.
      var spoken = ""
      for (index, piece) in line.text.components(separatedBy: "`").enumerated() where index.isMultiple(of: 2) {
        spoken += piece
      }
      for rest in spoken.components(separatedBy: "](").dropFirst() {
        let target = rest.prefix { $0 != ")" }
        if target.contains("://") || target.hasPrefix("mailto:") { continue }
        let path = target.prefix { $0 != "#" }
        let anchor = path.count < target.count ? String(target.dropFirst(path.count + 1)) : nil
        let place = path.isEmpty ? paper : Self.place(String(path), from: paper)
        links.append(Link(line: line.number, place: place, anchor: anchor))
      }
    }
    return links
  }

  /// Where a path leads that stands in a paper.
  private static func place(_ path: String, from paper: String) -> String {
    var names = paper.components(separatedBy: "/").dropLast()
    for name in path.components(separatedBy: "/") where !name.isEmpty && name != "." {
      if name == ".." { names = names.dropLast() } else { names.append(name) }
    }
    return names.joined(separator: "/")
  }

  /// The headings of a paper, as links name them.
  private static func anchors(of paper: String) throws -> Set<String> {
    var anchors: Set<String> = []
    for line in try Self.lines(of: paper) where line.kind == .heading {
      let words = line.text.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
      let kept = words.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
      anchors.insert(kept.replacingOccurrences(of: " ", with: "-"))
    }
    return anchors
  }
}
