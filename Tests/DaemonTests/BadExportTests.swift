import Desk
import DeskInterface
import DeskRecords
import DeskService
import EventSourcing
import Foundation
import Glibc
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// Bad input, each refused with its line, and nothing touched.
@Suite("Files that are no export, or not whole", .oneAtATime)
struct BadExportTests {
  /// What is done to the lines of a good export, the line that is named then, and what the reason says.
  private struct Damage: Sendable {
    var name: String
    var line: @Sendable (_ count: Int) -> Int
    var reason: String
    var change: @Sendable (inout [String]) -> Void
  }

  private static let damages: [Damage] = [
    Damage(name: "empty", line: { _ in 1 }, reason: "empty") { $0 = [] },
    Damage(name: "foreign text", line: { _ in 1 }, reason: "not a file that motcua export wrote") {
      $0 = ["case,received,due", "1,2,3"]
    },
    Damage(name: "foreign CloudEvents", line: { _ in 1 }, reason: "not a file that motcua export wrote") {
      $0 = [#"{"specversion":"1.0","id":"1","source":"a","type":"b"}"#]
    },
    Damage(name: "the first line missing", line: { _ in 1 }, reason: "not a file that motcua export wrote") {
      $0.removeFirst()
    },
    Damage(name: "another version", line: { _ in 1 }, reason: "“motcua export 2”") {
      $0[0] = $0[0].replacing("motcua export 1", with: "motcua export 2")
    },
    Damage(name: "no end line", line: { $0 - 1 }, reason: "cut short") { $0.removeLast() },
    Damage(name: "cut in the middle of a line", line: { $0 }, reason: "not valid JSON") {
      $0[$0.count - 1] = String($0[$0.count - 1].dropLast(20))
    },
    Damage(name: "cut between events", line: { _ in 3 }, reason: "cut short") { $0 = Array($0.prefix(3)) },
    Damage(name: "an event missing", line: { _ in 4 }, reason: "event 3 was expected") { $0.remove(at: 3) },
    Damage(name: "an event twice", line: { _ in 4 }, reason: "event 3 was expected") { $0.insert($0[2], at: 3) },
    Damage(name: "two events exchanged", line: { _ in 3 }, reason: "event 2 was expected") { $0.swapAt(2, 3) },
    Damage(name: "a line after the end", line: { $0 + 1 }, reason: "after the last") { $0.append($0[1]) },
    Damage(name: "an empty line", line: { _ in 3 }, reason: "not valid JSON") { $0.insert("", at: 2) },
    Damage(name: "a key twice", line: { _ in 3 }, reason: "not valid JSON") {
      $0[2] = #"{"id":"2","# + $0[2].dropFirst()
    },
    Damage(name: "one byte of a record", line: { _ in 3 }, reason: "was changed") {
      $0[2] = Self.turned($0[2], after: #""data_base64":""#, by: 40)
    },
    Damage(name: "base64 that is not canonical", line: { _ in 3 }, reason: "data_base64") {
      $0[2] = $0[2].replacing(#""data_base64":""#, with: #""data_base64":"\n"#)
    },
    Damage(name: "one byte of a leaf hash", line: { _ in 3 }, reason: "was changed") {
      $0[2] = Self.turned($0[2], after: #""leafhash":""#, by: 5)
    },
    Damage(name: "another type", line: { _ in 3 }, reason: "type") {
      $0[2] = $0[2].replacing("vn.motcua.received", with: "vn.motcua.returned")
    },
    Damage(name: "another time", line: { _ in 3 }, reason: "time") {
      $0[2] = $0[2].replacing(#""time":"20"#, with: #""time":"19"#)
    },
    Damage(name: "another stream", line: { _ in 3 }, reason: "subject") {
      $0[2] = $0[2].replacing(#""subject":"1""#, with: #""subject":"2""#)
    },
    Damage(name: "another ledger's line", line: { _ in 3 }, reason: "another ledger") {
      $0[2] = $0[2].replacing("urn:motcua:ledger:", with: "urn:motcua:ledger:00")
    },
    Damage(name: "another root at the end", line: { $0 }, reason: "the last line says") {
      $0[$0.count - 1] = $0[$0.count - 1].replacing(
        #/"root":"[^"]*"/#, with: "\"root\":\"\(MerkleTree.emptyRoot.base64)\"")
    },
    Damage(name: "another size at the end", line: { $0 }, reason: "the last line says") {
      $0[$0.count - 1] = $0[$0.count - 1].replacing(#""size":"#, with: #""size":1"#)
    },
    Damage(name: "a checkpoint that is none", line: { $0 }, reason: "not of this ledger") {
      $0.insert(Self.checkpoint($0[0], size: 2, text: "not a note"), at: $0.count - 1)
    },
    Damage(name: "a checkpoint of nothing", line: { $0 }, reason: "not of this ledger") {
      $0.insert(Self.checkpoint($0[0], size: 0, text: "not a note"), at: $0.count - 1)
    },
    Damage(name: "a checkpoint of more than there is", line: { $0 }, reason: "out of place") {
      $0.insert(Self.checkpoint($0[0], size: 1000, text: "not a note"), at: $0.count - 1)
    },
    Damage(name: "a line too long", line: { _ in 3 }, reason: "longer than") {
      $0[2] = $0[2].dropLast() + #","pad":""# + String(repeating: "x", count: 5 << 20) + "\"}"
    },
    Damage(name: "a record of a newer form", line: { _ in 3 }, reason: "run the newer release") { lines in
      Self.replaceRecord(&lines[2]) { $0[1] = 9 }
    },
    Damage(name: "a record that is none", line: { _ in 3 }, reason: "record 2") { lines in
      Self.replaceRecord(&lines[2]) { $0 = [0xFF, 0xFF] }
    },
  ]

  @Test("are refused with the line and the reason, and nothing is touched", arguments: damages.indices)
  func damaged(index: Int) throws {
    let damage = Self.damages[index]
    var lines = try Self.export.get()
    let count = lines.count
    damage.change(&lines)
    let target = try RunningDaemon()
    try target.start()
    let desk = try target.connect()
    let before = try desk.ask(Wire.GetStatus()).status
    let text = lines.map { $0 + "\n" }.joined()
    let refused = try desk.refusedLedger(text, Wire.ExportUnreadable.self)
    #expect(
      refused.line == damage.line(count) && refused.reasonEn.contains(damage.reason), "\(damage.name): \(refused)")
    #expect(refused.reasonVi != refused.reasonEn)
    try Self.expectUntouched(target, before)
  }

  @Test("a ledger with a case takes no other's place, and says so before the file is handed over")
  func notEmpty() throws {
    let target = try RunningDaemon()
    try target.start()
    let desk = try target.connect()
    _ = try desk.receive("Hoa")
    let before = try desk.ask(Wire.GetStatus()).status
    let text = try Self.export.get().map { $0 + "\n" }.joined()
    #expect(try desk.refusedLedger(text, Wire.LedgerNotEmpty.self).cases == 1)
    let after = try desk.ask(Wire.GetStatus()).status
    #expect(after.position == before.position && after.root == before.root)
    let file = target.home + "/x.jsonl"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let refused = try Client(socket: target.socket).run("import", "--format", "cloudevents", file)
    #expect(refused.status == 1 && refused.errors.contains("new data directory"), "\(refused.errors)")
  }

  @Test("keys that are damaged, foreign, of another form or of another ledger are refused, and nothing is touched")
  func keys() throws {
    let (office, stranger) = (try Office(), try Office())
    let (text, keys) = (try office.text(), try office.keys())
    let target = try RunningDaemon()
    try target.start()
    let desk = try target.connect()
    let before = try desk.ask(Wire.GetStatus()).status
    var changed = keys
    changed[100] ^= 1
    var newer = keys
    newer[17] = UInt8(ascii: "3")
    let cases: [([UInt8], String)] = [
      (changed, "changed"), (Array(keys.dropLast(64)), "cut short"), (newer, "schema 3"),
      (Array("no keys".utf8), "not a backup"), (try stranger.keys(), "another ledger"),
    ]
    for (bytes, reason) in cases {
      let refused = try desk.refusedLedger(text, keys: bytes, Wire.KeysUnreadable.self)
      #expect(refused.reasonEn.contains(reason), "\(refused)")
      try Self.expectUntouched(target, before)
    }
    // The uploads are gone with the attempt, whatever came of it.
    #expect(try desk.importLedger(text, keys: keys).root == office.daemon.connect().ask(Wire.GetStatus()).status.root)
  }

  @Test(
    "a file that the disk has no room for is refused while it is handed over, and the reserve stays for the desk's work",
    .enabled(if: getuid() == 0, "skipped: needs root to mount"))
  func fullDisk() throws {
    let target = try RunningDaemon()
    let disk = try SmallDisk(target.data, bytes: 8 << 20)
    target.config = try Configuration.copy(into: target.home)
    try Configuration.replace(target.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 4")
    try target.start()
    let desk = try target.connect()
    let part = String(repeating: "x", count: 500_000)
    var upload = try desk.ask(Wire.Upload(text: part, spool: true)).upload
    let refused = try #require(
      (0..<16).lazy.compactMap { _ -> VarlinkError? in
        do {
          upload = try desk.ask(Wire.Upload(upload: upload, text: part)).upload
          return nil
        } catch CallError.varlink(let error) {
          return error
        } catch {
          return nil
        }
      }.first)
    #expect(refused.name == Wire.StorageFull.error)
    #expect(try desk.receive("Hoa").number == 1)
    #expect(target.stop() == 0)
    _ = disk
  }

  private static func expectUntouched(_ target: RunningDaemon, _ before: Wire.DaemonStatus) throws {
    let after = try target.connect().ask(Wire.GetStatus()).status
    #expect(after.position == before.position && after.root == before.root && after.cases == 0)
    #expect(after.viewsNumber == before.viewsNumber)
  }

  /// One good export for all.
  private static let export = Result { () throws -> [String] in
    try Office().text().split(separator: "\n").map(String.init)
  }

  private static func turned(_ line: String, after mark: String, by offset: Int) -> String {
    guard let start = line.firstRange(of: mark)?.upperBound else { return line }
    let index = line.index(start, offsetBy: offset)
    return line.replacingCharacters(in: index...index, with: line[index] == "A" ? "B" : "A")
  }

  private static func checkpoint(_ begin: String, size: UInt64, text: String) -> String {
    let source = (try? StrictJSON.parse(Array(begin.utf8)))?["source"]?.string ?? ""
    return ExportLine.checkpoint(size: size, keyID: 7, text: text, source: source)
  }

  /// With a leaf hash that fits.
  private static func replaceRecord(_ line: inout String, _ change: (inout [UInt8]) -> Void) {
    guard let node = try? StrictJSON.parse(Array(line.utf8)), let leaf = node["leafhash"]?.string,
      let text = node["data_base64"]?.string, var record = Base64.decode(text)
    else { return }
    change(&record)
    line = line.replacing(text, with: Base64.encode(record))
      .replacing(leaf, with: MerkleTree.leafHash(record).base64)
  }
}
