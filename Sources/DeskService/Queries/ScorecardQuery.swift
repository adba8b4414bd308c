public import Desk
import DeskViews
import EventStore
import LMDB

extension DeskService {
  /// Every row of the scorecard over some days, up to now: days wholly past from their cells, the day of now up to the
  /// instant.
  public func scorecard(_ days: ClosedRange<CalendarDay>) throws -> [Figure] {
    let views = try views
    let period = ScorecardPeriod(days, now: now, offset: book?.office.utcOffset ?? .utc)
    return try views.store.environment.read { transaction throws(LMDBError) in
      try views.figures(period, transaction)
    }
  }

  /// The same as it stood then. Folds every case: call it off the pool.
  public func scorecard(_ days: ClosedRange<CalendarDay>, asOf: AsOf) throws -> [Figure] {
    var fold = ScorecardFold(ScorecardPeriod(days, now: asOf.instant, offset: book?.office.utcOffset ?? .utc))
    _ = try self.fold(asOf) { fold.add($0.state) }
    return fold.figures
  }
}
