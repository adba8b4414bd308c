import Foundation
import TestSupport
import Testing

@testable import motcua

@Suite("A directory of backups keeps the newest, and touches nothing else")
struct RotationTests {
  /// One run: a new file, then the old ones go.
  @discardableResult
  private func run(_ scratch: Folder, at now: String, keep: Int) throws -> (made: String, removed: [String]) {
    let rotation = try Rotation(scratch.path, ending: ".mdb", keep: keep)
    let made = try rotation.newFile(at: now)
    try Data("x".utf8).write(to: URL(filePath: made))
    let name = { (path: String) in String(path.dropFirst(scratch.path.utf8.count + 1)) }
    return (name(made), try rotation.prune(keeping: made).map(name))
  }

  @Test("the name tells the office's day and time; the oldest beyond the count go, the oldest first")
  func keeps() throws {
    let scratch = try Folder()
    #expect(try run(scratch, at: "2026-11-25T02:00:00.123456+07:00", keep: 3).made == "ledger-20261125T020000.mdb")
    for day in 26...29 { try run(scratch, at: "2026-11-\(day)T02:00:00+07:00", keep: 3) }
    #expect(scratch.names == (27...29).map { "ledger-202611\($0)T020000.mdb" })
    // Fewer are to stay from now on.
    let last = try run(scratch, at: "2026-11-30T02:00:00+07:00", keep: 1)
    #expect(last.removed == (27...29).map { "ledger-202611\($0)T020000.mdb" })
    #expect(scratch.names == ["ledger-20261130T020000.mdb"])
  }

  @Test("two runs in one second make two files, and the later one is the newer")
  func sameSecond() throws {
    let scratch = try Folder()
    for _ in 0..<11 { try run(scratch, at: "2026-11-25T02:00:00+07:00", keep: 2) }
    #expect(scratch.names == ["ledger-20261125T020000-10.mdb", "ledger-20261125T020000-11.mdb"])
  }

  @Test("when the clock was set back, the new one stays all the same")
  func clockSetBack() throws {
    let scratch = try Folder()
    for day in 26...28 { try run(scratch, at: "2026-11-\(day)T02:00:00+07:00", keep: 3) }
    let (made, removed) = try run(scratch, at: "2026-11-01T02:00:00+07:00", keep: 3)
    #expect(removed == ["ledger-20261126T020000.mdb"] && scratch.names.contains(made))
  }

  @Test("what it did not name is never removed")
  func others() throws {
    let scratch = try Folder()
    let others = [
      "ledger-20261101T020000.mdb.old", "ledger-20261101.mdb", "ledger-20261101T02000x.mdb",
      "ledger-20261101T020000.keys",
      "ledger-20261101T020000-.mdb", "ledger-20261101T020000-1.mdb", "ledger-20261101T020000-02.mdb", "mine.mdb",
      "ledger-20261101T020000+2.mdb", "ledger-20261101T020000-2-3.mdb", " ledger-20261101T020000.mdb", ".mdb",
      "ledger-.mdb",
    ]
    for name in others { try scratch.make(name) }
    let directory = "ledger-20261102T020000.mdb"
    try FileManager.default.createDirectory(atPath: scratch.path + "/" + directory, withIntermediateDirectories: false)
    let link = "ledger-20261103T020000.mdb"
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/" + link, withDestinationPath: scratch.path + "/mine.mdb")
    for day in 25...27 { try run(scratch, at: "2026-11-\(day)T02:00:00+07:00", keep: 1) }
    #expect(Set(scratch.names) == Set(others + [directory, link, "ledger-20261127T020000.mdb"]))
  }

  @Test(
    "a time that is none names no file",
    arguments: ["", "../../../../../../x", "2026-11-25T02:00/../x", "20261125T020000Z", "٢026-11-25T02:00:00+07:00"])
  func noTime(now: String) throws {
    let scratch = try Folder()
    let rotation = try Rotation(scratch.path, ending: ".mdb", keep: 1)
    #expect { try rotation.newFile(at: now) } throws: {
      if case .protocolViolation = $0 as? Failure { true } else { false }
    }
  }

  @Test("a directory that is not there is an error that names it")
  func missing() throws {
    #expect { try Rotation("/nowhere/at/all", ending: ".mdb", keep: 1) } throws: {
      ($0 as? OutputFailure)?.path == "/nowhere/at/all"
    }
  }
}

extension Folder {
  fileprivate var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
  fileprivate func make(_ name: String) throws { try write("x", to: name) }
}
