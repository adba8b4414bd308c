import TestSupport
import Testing

@testable import Desk

@Suite("How an instant is written")
struct InstantTests {
  @Test("an instant is written as its day and its time of day, and read again", arguments: [1, 2] as [UInt64])
  func instants(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    let bounds = Timestamp.bounds
    for _ in 0..<3000 {
      let offset = try #require(UTCOffset(minutes: Int.random(in: -1080...1080, using: &dice)))
      let low = bounds.lowerBound.microseconds + 86_400_000_000
      let high = bounds.upperBound.microseconds - 86_400_000_000
      var instant = Timestamp(microseconds: Int64.random(in: low...high, using: &dice))
      if dice.chance(50) { instant = Timestamp(microseconds: instant.microseconds / 1_000_000 * 1_000_000) }
      let micro = Int(instant.microsecondsOfDay(at: offset))
      let seconds = micro / 1_000_000
      let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
      let fraction = micro % 1_000_000 == 0 ? "" : ".\(padded(micro % 1_000_000, 6))"
      let text = instant.rfc3339(at: offset)
      #expect(text == "\(instant.day(at: offset).text)T\(time)\(fraction)\(offset.text)")
      #expect(Timestamp(rfc3339: text) == instant)
    }
    let beyond = try #require(CalendarDay(year: 9999, month: 12, day: 31)).adding(1).at(.midnight, .utc)
    #expect(beyond.rfc3339(at: .utc) == "10000-01-01T00:00:00+00:00")
  }
}
