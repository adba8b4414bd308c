import Desk
import DeskRecords
import Foundation
import Testing

/// The text in which the ledger keeps rules. The files were written before its members had names of their own, and are
/// never changed: the same rules are the same bytes for ever.
@Suite("The stored text of rules")
struct RuleTextTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/Rules")

  private static func stored(_ name: String) throws -> String {
    let text = try String(contentsOf: folder.appendingPathComponent(name + ".json"), encoding: .utf8)
    return String(text.dropLast())
  }

  /// As recorded before there were holds, or a bound of back-dating.
  private static let before: RuleBook = {
    var book = MadeUpBooks.full
    (book.rules.holds, book.rules.backdatingDaysMax) = ([], nil)
    return book
  }()

  /// Measures are written only where one is on.
  private static let measures: RuleBook = {
    var book = MadeUpBooks.bare
    book.rules.measures.notices = true
    return book
  }()

  private static let books = [
    ("full", MadeUpBooks.full), ("bare", MadeUpBooks.bare), ("before", before), ("measures", measures),
  ]

  @Test("is byte for byte what it was, whatever members are there", arguments: books.indices)
  func golden(index: Int) throws {
    let (name, book) = Self.books[index]
    let text = try Self.stored(name)
    #expect(Array(CanonicalText.encode(book).utf8) == Array(text.utf8))
    #expect(try CanonicalText.decode(text) == book)
  }

  @Test("of the sample configuration comes back byte for byte")
  func sample() throws {
    let text = try Self.stored("sample")
    let book = try CanonicalText.decode(text)
    #expect(book.procedures.count == 17)
    #expect(Array(CanonicalText.encode(book).utf8) == Array(text.utf8))
  }

  @Test(
    "is JSON with all names sorted, as Foundation sees it", arguments: ["full", "bare", "before", "measures", "sample"])
  func sorted(name: String) throws {
    let text = try Self.stored(name)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let again = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    #expect(String(decoding: again, as: UTF8.self) == text)
  }

  @Test("passes over members that a later release writes, and takes null for missing where something may be")
  func later() throws {
    var text = try Self.stored("full")
    text.replace("{\"calendar\":{", with: "{\"calendar\":{\"aLaterOne\":[{\"x\":1}],")
    #expect(try CanonicalText.decode(text) == MadeUpBooks.full)
    var bare = try Self.stored("bare")
    bare.replace("\"rules\":{", with: "\"rules\":{\"backdatingDaysMax\":null,\"holds\":null,")
    #expect(try CanonicalText.decode(bare) == MadeUpBooks.bare)
  }

  @Test("that lacks any of its members is malformed, but for those that may be missing")
  func missing() throws {
    let optional: Set = ["backdatingDaysMax", "holds", "nationalID"]
    let text = try Self.stored("full")
    // A member of another name is one that is passed over.
    let names = Set(text.matches(of: /"([A-Za-z]+)":/).map { String($0.1) })
    #expect(names.isSuperset(of: optional))
    for name in names {
      let spoilt = text.replacing("\"\(name)\":", with: "\"\(name)X\":")
      if optional.contains(name) {
        #expect(try CanonicalText.decode(spoilt) != MadeUpBooks.full, "without \(name)")
      } else {
        #expect(throws: RecordError.self, "without \(name)") { try CanonicalText.decode(spoilt) }
      }
    }
  }

  @Test(
    "that says what it cannot mean is malformed, and says where",
    arguments: [
      ("\"15:00\"", "\"25:00\"", "rules.sameDayCutoff"), ("\"at once\"", "\"soon\"", ""),
      ("\"kinds\":[1", "\"kinds\":[9", "rules.holds[0].kinds[0]"),
      ("\"reappointmentsMax\":2", "\"reappointmentsMax\":\"2\"", "rules.reappointmentsMax"),
      ("\"reappointmentsMax\":2", "\"reappointmentsMax\":2.5", "rules.reappointmentsMax"),
      ("\"isConfirmed\":false", "\"isConfirmed\":0", "procedures[1].isConfirmed"),
      ("\"2026-01-01\"", "\"2026-02-30\"", "calendar.daysOff[0].day"), ("\"-03:30\"", "\"-03:3\"", "office.utcOffset"),
      ("\"workingWeekdays\":[1", "\"workingWeekdays\":[null", "calendar.workingWeekdays[0]"),
      ("\"office\":{", "\"office\":{},\"office\":{", ""), ("{\"calendar\"", "[\"calendar\"", ""),
    ])
  func malformed(old: String, new: String, place: String) throws {
    let text = try Self.stored("full")
    #expect(text.contains(old))
    do {
      _ = try CanonicalText.decode(text.replacing(old, with: new, maxReplacements: old == "\"at once\"" ? .max : 1))
      Issue.record("it was read")
    } catch .malformed(let what) {
      #expect(what.hasPrefix("rules: ") && (place.isEmpty || what.contains(place)), "\(what)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("cut off anywhere, it is malformed")
  func truncated() throws {
    let text = try Self.stored("before")
    for count in 0..<text.count {
      #expect(throws: RecordError.self) { try CanonicalText.decode(String(text.prefix(count))) }
    }
  }
}
