public import Desk
import LMDB

/// Why a case comes where it does among the things to do, most pressing first.
public enum DutyReason: Int, Sendable, CaseIterable {
  case apologyOwed, overdue, handOver, urgent, dueToday, open
}

public struct NextDuty: Sendable {
  public var reason: DutyReason
  /// The date that is broken or comes next; for a hand-over, since when it is ready.
  public var at: Timestamp
  public var row: CaseRow
}

/// What to do first, in pages.
public struct DutyPages: Sendable {
  private var pages: CasePages
  private let now: Timestamp
  private let today: CalendarDay
  private let offset: UTCOffset

  init(_ pages: CasePages, now: Timestamp, offset: UTCOffset) {
    self.pages = pages
    self.now = now
    self.offset = offset
    today = now.day(at: offset)
  }

  public mutating func next(limit: Int = 100, in views: DeskViews) throws -> [NextDuty]? {
    try pages.next(limit: limit, in: views)?.map { row in
      let state = row.state
      let due = state.due ?? now
      let standing = Standing(of: state, at: now)
      if standing.owesApology { return NextDuty(reason: .apologyOwed, at: due, row: row) }
      if let resolution = state.resolution { return NextDuty(reason: .handOver, at: resolution.at, row: row) }
      let reason: DutyReason =
        standing.isLate
        ? .overdue : state.reception?.facts.urgent != nil ? .urgent : due.day(at: offset) == today ? .dueToday : .open
      return NextDuty(reason: reason, at: due, row: row)
    }
  }
}

extension DeskViews {
  /// Everything that the office owes somebody, once each: broken dates, results to hand over, then open cases by date.
  public static func next(clerk: String?, now: Timestamp, offset: UTCOffset) -> DutyPages {
    func run(
      _ rows: PromisesView.Rows, before: Timestamp? = nil, _ accepts: @escaping @Sendable (CaseState, Standing) -> Bool
    ) -> CasePages.Run {
      rows.run(before: before) { state in
        (clerk == nil || state.clerk == clerk) && accepts(state, Standing(of: state, at: now))
      }
    }
    let runs = [
      run(.apologies, before: now) { _, standing in standing.owesApology },
      run(.firstDates, before: now) { _, standing in !standing.owesApology },
      run(.handOvers) { _, standing in !standing.owesApology },
      run(.urgent) { _, standing in !standing.isLate && !standing.owesApology },
      run(.latestDates) { state, standing in
        !standing.isLate && !standing.owesApology && state.reception?.facts.urgent == nil
      },
    ]
    return DutyPages(CasePages(runs), now: now, offset: offset)
  }
}
