import Desk
import TestSupport
import Testing

@Suite("Days and instants")
struct DayTests {
  @Test("a day survives the way to text and back, for every day of four centuries")
  func roundTrip() {
    for number in stride(from: Int32(-25_567), through: 120_000, by: 1) {
      let day = CalendarDay(number: number)
      guard CalendarDay(text: day.text) == day else {
        Issue.record("\(day.text) does not come back")
        return
      }
    }
  }

  @Test(
    "a day that does not exist is no day",
    arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-04-01", "2026-4-1", "2026-04-01x", ""])
  func notADay(text: String) { #expect(CalendarDay(text: text) == nil) }

  @Test("29 February exists in 2028 and in 2000, and not in 1900")
  func leapDays() {
    #expect(CalendarDay(text: "2028-02-29") != nil)
    #expect(CalendarDay(text: "2000-02-29") != nil)
    #expect(CalendarDay(text: "1900-02-29") == nil)
  }

  @Test("24 November 2026 is a Tuesday, and its week begins on Monday the 23rd")
  func weekdays() {
    let day = Fixture.day("2026-11-24")
    #expect(day.weekday == 2)
    #expect(day.startOfWeek == Fixture.day("2026-11-23"))
    #expect(day.startOfMonth == Fixture.day("2026-11-01"))
  }

  @Test(
    "an instant is told at the office's offset and read again",
    arguments: ["2026-11-26T17:00:00+07:00", "2010-10-02T00:00:00.123456+07:00", "1969-12-31T23:59:59+07:00"])
  func instants(text: String) throws {
    let instant = try #require(Timestamp(rfc3339: text))
    #expect(instant.rfc3339(at: Fixture.offset) == text)
  }

  @Test(
    "what is not RFC 3339 is not an instant",
    arguments: [
      "2026-11-26T17:00:00", "2026-11-26", "2026-11-26T25:00:00Z", "2026-11-26T17:00:00+7:00", "2026-11-26T17:00:00.Z",
      "9999-12-31T23:59:59-18:01",
    ])
  func notInstants(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test("two spellings of one instant are the same instant")
  func sameInstant() {
    #expect(Timestamp(rfc3339: "2011-12-06 13:41:31.788000+01:00") == Timestamp(rfc3339: "2011-12-06T12:41:31.788Z"))
  }
}

@Suite("The working calendar and due dates")
struct DueDateTests {
  private func due(_ term: Term, _ received: String) -> DueDate {
    DueDate(term: term, receivedAt: Fixture.time(received), book: Fixture.book)
  }

  @Test("a term of working days does not count the day of receipt, nor weekends, nor days off")
  func workingDays() {
    #expect(due(.workingDays(3), "2026-11-18T09:00").instant == Fixture.time("2026-11-23T17:00"))
    #expect(due(.workingDays(3), "2026-11-19T09:00").instant == Fixture.time("2026-11-25T17:00"))
  }

  @Test("the row of days tells the receipt, each counted day and why the others are not")
  func explained() {
    let kinds = due(.workingDays(2), "2026-11-20T09:00").days.map(\.kind)
    let holiday = DueDate.DayKind.dayOff(Text(vi: "Ngày Văn hóa Việt Nam", en: "Vietnam Culture Day"))
    #expect(kinds == [.receipt, .weekend, .weekend, .counted(1, makeUp: nil), holiday, .counted(2, makeUp: nil)])
  }

  @Test("a make-up Saturday is a working day")
  func makeUp() {
    #expect(due(.workingDays(1), "2026-08-21T09:00").instant == Fixture.time("2026-08-22T17:00"))
  }

  @Test("same-day: until 15:00:00 today, a second later the next working day")
  func cutoff() {
    #expect(due(.atOnce, "2026-11-18T15:00").instant == Fixture.time("2026-11-18T17:00"))
    #expect(
      due(.atOnce, "2026-11-18T15:00:01+07:00").instant == Fixture.time("2026-11-19T17:00"))
    #expect(due(.atOnce, "2026-11-20T16:00").instant == Fixture.time("2026-11-23T17:00"))
  }

  @Test("what is received on a day off counts as received at the next opening")
  func dayOff() {
    #expect(due(.atOnce, "2026-11-21T20:00").instant == Fixture.time("2026-11-23T17:00"))
    #expect(due(.workingDays(1), "2026-11-21T20:00").instant == Fixture.time("2026-11-25T17:00"))
  }

  @Test("a term of days counts every day, and an end on a day off moves to the next working day")
  func days() {
    // 30 days after 3 August is Wednesday 2 September, a day off.
    let moved = due(.days(30), "2026-08-03T09:00")
    #expect(moved.instant == Fixture.time("2026-09-03T17:00"))
    #expect(moved.days.last?.kind == .counted(30, makeUp: nil))
    #expect(due(.days(30), "2026-11-18T09:00").instant == Fixture.time("2026-12-18T17:00"))
  }

  @Test("beyond the published years weekends and yearly holidays count, and the date is provisional")
  func provisional() {
    let date = due(.workingDays(1), "2026-12-31T09:00")
    #expect(date.instant == Fixture.time("2027-01-04T17:00"))
    #expect(date.isProvisional)
    #expect(!due(.workingDays(1), "2026-12-30T09:00").isProvisional)
  }

  @Test("a term is read as it is written", arguments: ["at once", "1 working day", "3 working days", "30 days"])
  func terms(text: String) { #expect(Term(text: text)?.text == text) }

  @Test("what is no term is refused", arguments: ["", "0 days", "1000 days", "3", "three days", "3 weeks", "-1 days"])
  func noTerms(text: String) { #expect(Term(text: text) == nil) }
}
