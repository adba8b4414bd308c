import Desk
import Testing

@testable import DeskService

@Suite("Which backups of keys may still be there")
struct KeyBackupTests {
  private func entry(_ day: Int, uid: UInt32 = 0, keep: Int? = nil) -> KeyBackups.Entry {
    .init(at: Timestamp(microseconds: Int64(day) * 86_400_000_000), uid: uid, keep: keep)
  }

  private func kept(_ entries: [KeyBackups.Entry], on day: Int, days: Int = 30) -> [KeyBackups.Entry] {
    KeyBackups.kept(entries, now: entry(day).at, days: days)
  }

  @Test("of a rotation the newest stay, as many as its newest says, each account's by itself")
  func rotation() {
    let all = (1...9).map { entry($0, keep: 7) }
    #expect(kept(all, on: 400) == Array(all.suffix(7)))
    #expect(kept(all + [entry(10, keep: 2)], on: 400) == [entry(9, keep: 7), entry(10, keep: 2)])
    let others = [entry(1, uid: 5, keep: 1)] + all
    #expect(kept(others, on: 400).first == entry(1, uid: 5, keep: 1))
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
