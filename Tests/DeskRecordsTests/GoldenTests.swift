import Desk
import DeskRecords
import Foundation
import TestSupport
import Testing

/// Records as earlier releases wrote them. A file here is never changed: what is in a ledger must be readable for ever.
@Suite("Records of earlier releases")
struct GoldenTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")
  private static let samples =
    EventKind.allCases.map { ($0.rawValue, Samples.full($0)) } + [("restoredUnknown", Samples.restoredUnknown)]

  @Test("are read as what they said, and the same event is still written the same way", arguments: samples.indices)
  func golden(index: Int) throws {
    let (name, event) = Self.samples[index]
    let written = try PlainSeal.encode(event)
    let file = Self.folder.appendingPathComponent(name + ".hex")
    let text = try #require(try? String(contentsOf: file, encoding: .utf8), "\(file.path) should hold\n\(hex(written))")
    let golden = try #require(bytes(text), "\(name) is not hexadecimal")
    #expect(try PlainSeal.decode(golden) == event)
    #expect(written == golden)
  }

  @Test("there is one for every type of event")
  func complete() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(names) == Set(Self.samples.map { $0.0 + ".hex" } + ["Rules"]))
  }

  /// 32 bytes a line.
  private func hex(_ bytes: [UInt8]) -> String {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return stride(from: 0, to: digits.count, by: 32).map { digits[$0..<min($0 + 32, digits.count)].joined() }
      .joined(separator: "\n")
  }

  private func bytes(_ text: String) -> [UInt8]? {
    let digits = text.filter { !$0.isWhitespace }.map(\.hexDigitValue)
    guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
    let values = digits.compactMap(\.self)
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] * 16 + values[$0 + 1]) }
  }
}
