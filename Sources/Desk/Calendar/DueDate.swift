/// A due date with the days that were counted towards it.
public struct DueDate: Hashable, Sendable {
  public enum DayKind: Hashable, Sendable {
    case receipt
    case counted(Int, makeUp: Text?)
    case weekend
    case dayOff(Text)
  }

  public struct Day: Hashable, Sendable {
    public let day: CalendarDay
    public let kind: DayKind
  }

  /// Exactly at it is on time.
  public let instant: Timestamp
  /// True when a day that was counted lies beyond the published calendar.
  public let isProvisional: Bool
  public let days: [Day]

  /// Counts a term from the receipt. Sources: Bộ luật Dân sự 2015 art. 147–148 (the day of receipt is not counted, an
  /// end on a day off moves on), Luật Hộ tịch art. 5.3 (the cutoff of same-day procedures).
  public init(term: Term, receivedAt: Timestamp, book: RuleBook) {
    let (office, calendar) = (book.office, book.calendar)
    let arrived = receivedAt.day(at: office.utcOffset)
    // What arrives on a day off is counted as if it came at the next opening.
    let receipt = calendar.workingDay(onOrAfter: arrived)
    var days: [Day] = []
    var day = arrived
    while day < receipt {
      days.append(Day(day: day, kind: Self.idle(day, calendar)))
      day = day.adding(1)
    }

    func count(to goal: Int, where counts: (CalendarDay) -> Bool) {
      days.append(Day(day: receipt, kind: .receipt))
      var counted = 0
      while counted < goal {
        day = day.adding(1)
        if counts(day) {
          counted += 1
          var makeUp: Text?
          if case .working(let name) = calendar.kind(of: day) { makeUp = name }
          days.append(Day(day: day, kind: .counted(counted, makeUp: makeUp)))
        } else {
          days.append(Day(day: day, kind: Self.idle(day, calendar)))
        }
      }
    }

    switch term {
    case .atOnce:
      let cutoff = Int64(book.rules.sameDayCutoff.seconds) * 1_000_000
      if receipt == arrived, receivedAt.microsecondsOfDay(at: office.utcOffset) > cutoff {
        count(to: 1, where: calendar.isWorking)
      } else {
        days.append(Day(day: receipt, kind: .counted(1, makeUp: nil)))
      }
    case .workingDays(let goal):
      count(to: goal, where: calendar.isWorking)
    case .days(let goal):
      let last = receipt.adding(goal)
      let end = calendar.workingDay(onOrAfter: last)
      count(to: goal) { $0 < last || $0 == end }
    case .imported:
      days.append(Day(day: receipt, kind: .receipt))
    }
    self.days = days
    instant = day.at(office.closes, office.utcOffset)
    isProvisional = days.contains { !calendar.isPublished($0.day) }
  }

  private static func idle(_ day: CalendarDay, _ calendar: WorkingCalendar) -> DayKind {
    if case .dayOff(let name) = calendar.kind(of: day) { .dayOff(name) } else { .weekend }
  }
}
