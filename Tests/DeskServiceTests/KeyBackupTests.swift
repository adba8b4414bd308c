import Desk
import EventSourcing
import EventStore
import Foundation
import Testing

@testable import DeskService

@Suite("Which backups of keys may still be there")
struct KeyBackupTests {
  private func entry(
    _ day: Int, uid: UInt32 = 0, keep: Int? = nil, rotation: Int? = nil, position: UInt64 = 1
  ) -> KeyBackups.Entry {
    .init(
      at: Timestamp(microseconds: Int64(day) * 86_400_000_000), position: Position(position), uid: uid, keep: keep,
      rotation: rotation)
  }

  private func kept(_ entries: [KeyBackups.Entry], on day: Int, days: Int = 30) -> [KeyBackups.Entry] {
    KeyBackups.kept(entries, now: entry(day).at, days: days)
  }

  @Test("of a rotation the newest stay, as many as its newest says, each account's by itself")
  func rotation() {
    let all = (1...9).map { entry($0, keep: 7) }
    #expect(kept(all, on: 400) == Array(all.suffix(7)))
    #expect(kept(all + [entry(10, keep: 2)], on: 400) == [entry(9, keep: 7), entry(10, keep: 2)])
    // So are the directories of one account.
    let two = [entry(1, keep: 3, rotation: 1), entry(2, keep: 1, rotation: 2), entry(3, keep: 1, rotation: 2)]
    #expect(kept(two, on: 400) == [two[0], two[2]])
    let others = [entry(1, uid: 5, keep: 1)] + all
    #expect(kept(others, on: 400).first == entry(1, uid: 5, keep: 1))
  }

  @Test(
    "one is from before an erasure by its time or by its place in the ledger: a clock, or a ledger that was put back, hides none"
  )
  func before() {
    let erasure = (at: entry(10).at, position: Position(100))
    for (day, position, isBefore) in [(9, 99, true), (11, 99, true), (9, 150, true), (11, 100, false)] {
      let backup = entry(day, position: UInt64(position))
      #expect(backup.isBefore(erasure.at, erasure.position) == isBefore, "\(day) \(position)")
    }
    let written = entry(9, uid: 7, keep: 2, rotation: 77, position: 5)
    #expect(KeyBackups.Entry(line: String(written.line.dropLast())) == written)
    #expect(KeyBackups.Entry(line: String(entry(3).line.dropLast())) == entry(3))
  }

  @Test("what cannot be written down counts all the same, and is written with the next")
  func unwritten() throws {
    let folder = NSTemporaryDirectory() + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "in the way".write(toFile: folder, atomically: true, encoding: .utf8)
    let backups = KeyBackups(in: ApartDirectory(folder, data: "/nowhere"))
    #expect(throws: FileError.self) { try backups.add(entry(1), days: 30) }
    try FileManager.default.removeItem(atPath: folder)
    func count() throws -> Int { try backups.count(before: entry(9).at, .start, now: entry(9).at, days: 30) }
    #expect(try count() == 1)
    try backups.add(entry(2), days: 30)
    #expect(try count() == 2)
    #expect(try String(contentsOfFile: folder + "/key-backups", encoding: .utf8).split(separator: "\n").count == 3)
  }

  @Test("one that was broken off takes nobody's place in a rotation, and may be there all the same")
  func brokenOff() throws {
    let folder = NSTemporaryDirectory() + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let backups = KeyBackups(in: ApartDirectory(folder, data: "/nowhere"))
    func count() throws -> Int { try backups.count(before: entry(9).at, .start, now: entry(9).at, days: 30) }
    for day in 1...2 {
      try backups.add(entry(day, keep: 2).attempt, days: 30)
      try backups.add(entry(day, keep: 2), for: entry(day, keep: 2).attempt, days: 30)
    }
    #expect(try count() == 2)
    for day in 3...4 { try backups.add(entry(day, keep: 2).attempt, days: 30) }
    #expect(try count() == 4)
    try backups.add(entry(5, keep: 2), days: 30)
    #expect(try count() == 4)
  }

  @Test("of the others those stay that are younger than the office keeps them")
  func single() {
    let all = [entry(1), entry(2, keep: 1), entry(30), entry(31)]
    #expect(kept(all, on: 31) == all)
    #expect(kept(all, on: 32) == Array(all.dropFirst()))
    #expect(kept(all, on: 100) == [entry(2, keep: 1)])
    #expect(kept(all, on: 100, days: 0) == [entry(2, keep: 1)])
  }
}
