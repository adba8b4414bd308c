import Desk
import Foundation
import Testing

@Suite("The rows of the scorecard")
struct IndicatorTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Desk/Scorecard/Indicators")

  @Test("a file in Indicators is a row of the table, which holds no other")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).filter {
      $0.hasSuffix(".swift")
    }
    var ids: Set<String> = []
    for file in files {
      let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
      let id = String(try #require(text.firstMatch(of: /id: "(\w+)"/), "\(file) is no row").1)
      #expect(Indicator.all.contains { $0.id == id }, "\(id) of \(file) is not in `Indicator.all`")
      ids.insert(id)
    }
    #expect(Indicator.all.count == files.count && Set(Indicator.all.map(\.id)) == ids)
  }

  @Test("every row has its names and its sentence in both languages, and counts parts that its unit has")
  func rows() {
    for row in Indicator.all {
      for text in [row.name, row.definition, row.source] { #expect(!text.vi.isEmpty && !text.en.isEmpty, "\(row.id)") }
      #expect(Set(row.denominator).isSubset(of: row.unit.parts), "\(row.id)")
      #expect(Set(row.numerator).isSubset(of: row.denominator), "the numerator of \(row.id) is no part of the whole")
    }
    for unit in CountedUnit.allCases { #expect(Set(unit.parts).count == unit.parts.count, "\(unit)") }
  }
}
