import Desk
import Foundation
import TestSupport
import Testing

@testable import DeskRecords

/// What the fuzzing of records begins with: it finds hardly any kind, schema or field that no seed has.
@Suite("The seeds for fuzzing records")
struct FuzzSeedTests {
  private static let folder = Project.folder.appending(path: "Tests/Fuzz/corpus/record")

  private static func seeds() throws -> [StoredEvent] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().compactMap { name in
      // Bytes that are refused are a seed, too.
      try? PlainSeal.decode([UInt8](try Data(contentsOf: folder.appending(path: name))))
    }
  }

  @Test("there is one of every kind of event, of every schema, and of every promise of an envelope")
  func complete() throws {
    let seeds = try Self.seeds()
    #expect(Set(seeds.map(\.kind)) == Set(EventKind.allCases))
    var promises: [Promised] = []
    for seed in seeds { if case .desk(let event) = seed.body { promises += event.promises } }
    var noticed = Samples.full(.received)
    if case .desk(var event) = noticed.body {
      event.promises = [Promised(.notice, due: Samples.due, to: Samples.secret("to"))]
      noticed.body = .desk(event)
    }
    let written = try PlainSeal.encode(noticed).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(Set(promises.map(\.kind)) == Set(Promised.Kind.allCases), "such as \(written)")
    let schemas = try seeds.map { try Self.schema(of: PlainSeal.encode($0)) }
    #expect(Set(schemas) == Set(1...RecordCoding.schema))
  }

  /// The first field of a record.
  private static func schema(of record: [UInt8]) throws -> UInt32 {
    #expect(record.first == 8)
    return UInt32(try #require(record.dropFirst().first))
  }
}
