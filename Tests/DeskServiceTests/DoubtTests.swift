import Desk
import EventSourcing
import Foundation
import TestSupport
import Testing

@testable import DeskService

@Suite("When the machine's clock is believed")
struct DoubtTests {
  private static let noon = Fixture.time("2026-11-18T12:00")
  private static let minute: Int64 = 60
  private static let day: Int64 = 86_400
  /// What the machine has been up when the daemon starts, and when it looks at the clock ten minutes later.
  private static let start: Int64 = 1_000_000_000
  private static let look = start + 10 * minute * 1_000_000

  /// - Parameters:
  ///   - shown: seconds after noon, which is when the last event was recorded.
  ///   - measured: what the clock should show, in seconds after noon; nil in a boot of which nothing is known.
  private func doubt(shown: Int64, measured: Int64?, after time: LedgerTime? = nil) -> ClockDoubt? {
    let baseline = measured.map { Self.noon.adding(seconds: $0).microseconds - Self.look }
    return ClockLimits().doubt(
      ClockReading(shown: Self.noon.adding(seconds: shown), sinceBoot: Self.look), baseline: baseline,
      since: Self.start, after: time ?? LedgerTime(recordedAt: Self.noon, officeTime: Self.noon))
  }

  @Test(
    "a few minutes behind the last event are waited for, more are doubted",
    arguments: [(-299, true), (-301, false), (-3600, false), (-400 * day, false), (0, true)] as [(Int64, Bool)])
  func behind(seconds: Int64, isBelieved: Bool) {
    for measured in [nil, 600] as [Int64?] {
      #expect((doubt(shown: seconds, measured: measured) == nil) == isBelieved)
      #expect(isBelieved || doubt(shown: seconds, measured: measured)?.reason == .behindLedger)
    }
  }

  @Test(
    "a few minutes ahead of the time since the boot are believed, more are doubted",
    arguments: [(600, true), (899, true), (901, false), (30 * day, false), (-299, true)] as [(Int64, Bool)])
  func ahead(seconds: Int64, isBelieved: Bool) {
    let doubt = doubt(shown: seconds, measured: 600)
    #expect((doubt == nil) == isBelieved)
    if let doubt {
      #expect(doubt.reason == .jumpedAhead && !doubt.isFloor && doubt.expected == Self.noon.adding(seconds: 600))
    }
  }

  @Test(
    "in a boot of which nothing is known, a clock may be days after the last event, and not weeks or years",
    arguments: [(9 * day, true), (14 * day, true), (15 * day, false), (30 * day, false), (2_900_000 * day, false)]
      as [(Int64, Bool)])
  func firstOfBoot(seconds: Int64, isBelieved: Bool) {
    let doubt = doubt(shown: seconds, measured: nil)
    #expect((doubt == nil) == isBelieved)
    // The office's time goes on meanwhile.
    if let doubt {
      #expect(doubt.reason == .farAhead && doubt.isFloor && doubt.expected == Self.noon.adding(seconds: 600))
    }
  }

  @Test(
    "what is expected of a clock that is behind is what it was measured from, or at least that the office's time goes on"
  )
  func expected() {
    #expect(doubt(shown: -3600, measured: 605)?.expected == Self.noon.adding(seconds: 605))
    #expect(doubt(shown: -3600, measured: nil)?.expected == Self.noon.adding(seconds: 600))
    // The ledger came from elsewhere and is ahead of it.
    #expect(doubt(shown: -3600, measured: -3600)?.expected == Self.noon)
    #expect(doubt(shown: -3600, measured: -3600)?.isFloor == true)
  }

  @Test("an empty ledger doubts nothing but what cannot be written down")
  func empty() {
    for seconds in [-400 * Self.day, 0, 30 * Self.day, 2_900_000 * Self.day] {
      #expect(doubt(shown: seconds, measured: nil, after: .empty) == nil)
    }
    #expect(doubt(shown: 3_000_000 * Self.day, measured: nil, after: .empty)?.reason == .farAhead)
    #expect(doubt(shown: -60_000 * Self.day, measured: nil, after: .empty)?.reason == .behindLedger)
  }

  @Test("after an earlier clock was accepted it is held against what it has shown since, and not against the records")
  func acceptedEarlier() {
    let time = LedgerTime(recordedAt: Self.noon, officeTime: Self.noon.adding(seconds: -400 * Self.day))
    #expect(doubt(shown: -400 * Self.day + 60, measured: nil, after: time) == nil)
    #expect(doubt(shown: -401 * Self.day, measured: nil, after: time)?.reason == .behindLedger)
    #expect(doubt(shown: 0, measured: nil, after: time)?.reason == .farAhead)
  }

  @Test("a start after a crash that came between an accepted clock and what is kept of it believes the ledger")
  func overtaken() {
    let now = ClockReading.now
    let time = LedgerTime(recordedAt: now.shown, officeTime: now.shown)
    for (known, isBelieved) in [(now.difference - 30 * Self.day * 1_000_000, true), (now.difference, true)] {
      let clock = DeskClock()
      clock.goOn(from: known, after: time)
      #expect((clock.doubt(after: time) == nil) == isBelieved)
    }
    // An hour before the records it is still doubted by what is known.
    let earlier = LedgerTime(
      recordedAt: now.shown.adding(seconds: -3600), officeTime: now.shown.adding(seconds: -3600))
    let clock = DeskClock()
    clock.goOn(from: now.difference - 3_600_000_000, after: earlier)
    #expect(clock.doubt(after: earlier)?.reason == .jumpedAhead)
  }

  @Test("what the machine says counts as long as it is fresh and of the clock as it is now; all else cannot tell")
  func synchronised() throws {
    let said = Synchronisation(.synchronised)
    let read = try #require(Synchronisation(text: said.text))
    #expect(abs(read.reading.difference - said.reading.difference) < 10)
    var now = said.reading
    #expect(read.isSynchronised(now) == true)
    #expect(try #require(Synchronisation(text: Synchronisation(.unsynchronised).text)).isSynchronised(now) == false)
    #expect(try #require(Synchronisation(text: Synchronisation(.unknown).text)).isSynchronised(now) == nil)
    // Somebody has set it since.
    now.shown = now.shown.adding(seconds: 180)
    #expect(read.isSynchronised(now) == nil)
    now = said.reading
    now.sinceBoot += 301_000_000
    now.shown = now.shown.adding(seconds: 301)
    #expect(read.isSynchronised(now) == nil, "old")
    for text in [
      "", "synchronised", "synchronised 1", "yes 1 2", "synchronised nan 1", "synchronised 1 1e300", "\u{0}",
    ] {
      #expect(Synchronisation(text: text) == nil, "\(text)")
    }
    #expect(Synchronisation.read("/nowhere") == nil && Synchronisation.read("/tmp") == nil)
  }

  @Test("a time before 1970 is told as it is")
  func negative() {
    var said = Synchronisation(.synchronised)
    said.reading = ClockReading(shown: Timestamp(microseconds: -1_500_000), sinceBoot: 2_000_001)
    #expect(said.text == "synchronised 2.000001 -1.500000\n")
    #expect(Synchronisation(text: said.text)?.reading.shown.microseconds == -1_500_000)
  }
}
