import Desk
import Foundation
import LMDB
import TestSupport
import Testing

@testable import DeskViews

@Suite("The registry of the views")
struct RegistryTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/DeskViews/Views")

  @Test("a file in Views is a view of that name, and is in the registry; the registry holds no other")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).filter {
      $0.hasSuffix(".swift")
    }
    for file in files {
      #expect(file.hasSuffix("View.swift"), "\(file) is no view, and belongs into another folder")
      let name = file.dropLast("View.swift".count).lowercased()
      #expect(DeskViews.all.contains { $0.name == name }, "the view “\(name)” of \(file) is not in `DeskViews.all`")
    }
    for view in DeskViews.all {
      #expect(
        files.contains { $0.lowercased() == view.name + "view.swift" }, "“\(view.name)” has no file of its own")
    }
    #expect(Set(DeskViews.tables).count == DeskViews.all.count, "two views have one table")
  }

  @Test("the schema version names every view with the version of its rows")
  func schemaVersion() {
    let words = DeskViews.schemaVersion.split(separator: " ").map(String.init)
    #expect(words == ["desk"] + DeskViews.all.map { "\($0.name).\($0.version)" })
  }

  @Test("each row of a view that is about one case says which")
  func owners() throws {
    // given cases of which every view has a row
    let register = try Register()
    try register.adopt()
    for name in ["Hoa", "Lâm", "Minh"] { try register.receive(name, at: "2026-11-16T09:00") }
    try register.record(.withdraw(Withdraw(reason: "đổi ý")), 3, at: Fixture.time("2026-11-16T10:00"))
    try register.record(.erase(Erase(basis: "Luật 91/2025/QH15")), 3, at: Fixture.time("2026-11-16T11:00"))
    // when each row is asked whose it is
    var owners: [String: Set<UInt64?>] = [:]
    try register.read { views, transaction in
      try views.rows(transaction) { table, key, value in
        owners[table, default: []].insert(DeskViews.caseNumber(ofRowIn: table, key: key, value: value))
      }
    }
    // then
    for view in DeskViews.all {
      let expected: Set<UInt64?> =
        switch view.owner {
        case .several: [nil]
        case .key, .endOfKey, .value: view.name == "erased" ? [3] : [1, 2, 3]
        }
      let found = owners[view.name] ?? []
      #expect(!found.isEmpty && found.isSubset(of: expected), "\(view.name): \(found)")
    }
  }
}
