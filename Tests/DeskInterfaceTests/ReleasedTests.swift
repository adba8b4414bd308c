import DeskInterface
import Foundation
import Testing
import Varlink

/// The interfaces as each release served them, in `Released/VERSION/`.
@Suite("The interfaces that were released")
struct ReleasedTests {
  /// What had to be taken back, each with its reason.
  private static let takenBack: Set = [
    // 0.2.0 tells it as an error of vn.motcua.Admin; a client of 0.1.0 shows it by its name.
    "vn.motcua.Desk.StorageFull"
  ]

  static let released: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Released")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    return (files ?? []).map(\.path).filter { $0.hasSuffix(".varlink") }.sorted()
  }()

  @Test("there is one of each interface of 0.1.0 and of 0.2.0")
  func some() {
    for version in ["0.1.0", "0.2.0"] { #expect(Self.released.count(where: { $0.contains("/\(version)/") }) == 3) }
  }

  @Test("everything that was released is there today, and has grown by nullable fields only", arguments: released)
  func contained(file: String) throws {
    let old = try InterfaceDescription(parsing: String(contentsOfFile: file, encoding: .utf8))
    let today = try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) }
    let new = try #require(today.first { $0.name == old.name })
    for type in old.types { compare(type.type, new.type(named: type.name), "type \(type.name)") }
    for method in old.methods {
      compare(.structure(method.input), new.method(named: method.name).map { .structure($0.input) }, method.name)
      compare(.structure(method.output), new.method(named: method.name).map { .structure($0.output) }, method.name)
    }
    for error in old.errors where !Self.takenBack.contains("\(old.name).\(error.name)") {
      compare(.structure(error.parameters), new.error(named: error.name).map { .structure($0.parameters) }, error.name)
    }
  }

  private func compare(_ old: FieldType, _ new: FieldType?, _ place: String) {
    switch (old, new) {
    case (.structure(let before), .structure(let now)):
      for field in before {
        compare(field.type, now.first { $0.name == field.name }?.type, "\(place).\(field.name)")
      }
      for field in now where !before.contains(where: { $0.name == field.name }) {
        // Somebody on the other side of the wire does not know it.
        guard case .nullable = field.type else {
          Issue.record("\(place).\(field.name) came later and is not nullable")
          continue
        }
      }
    case (.enumeration(let before), .enumeration(let now)):
      #expect(Set(before).isSubset(of: now), "\(place) lost a word: \(now)")
    case (.array(let before), .array(let now)), (.map(let before), .map(let now)),
      (.nullable(let before), .nullable(let now)):
      compare(before, now, place)
    default: #expect(old == new, "\(place) is no longer what it was")
    }
  }
}
