public import Desk
import EventStore
public import LMDB

extension DeskViews {
  /// Every row of the scorecard over some days.
  public func figures(
    _ period: ScorecardPeriod, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [Figure] {
    var counts = PartCounts()
    for unit in Set(Indicator.all.map(\.unit)) {
      for kind in CaseKind.allCases {
        for part in unit.parts {
          func add(from start: Contribution.Moment, through end: Contribution.Moment) throws(LMDBError) {
            try forEachCell(unit, kind, part, from: start, through: end, transaction) { moment, isImported, count in
              guard period.holds(moment) else { return }
              counts.add(count, of: unit, part: part, isImported: isImported)
            }
          }
          if period.days.lowerBound <= period.lastDay {
            try add(from: .day(period.days.lowerBound), through: .day(period.lastDay))
          }
          if period.start < period.end { try add(from: .instant(period.start), through: .instant(period.end)) }
        }
      }
    }
    return counts.figures
  }

  /// The cells of a unit, a kind and a part from one moment through another of the same sort.
  func forEachCell(
    _ unit: CountedUnit, _ kind: CaseKind, _ part: UInt8, from start: Contribution.Moment,
    through end: Contribution.Moment, _ transaction: borrowing some Reading & ~Copyable,
    _ body: (_ moment: Contribution.Moment, _ isImported: Bool, _ count: Int) -> Void
  ) throws(LMDBError) {
    let prefix = CellsView.prefix(unit, kind, part)
    let last = prefix + CellsView.moment(end)
    try transaction.scan(table(CellsView.view), from: prefix + CellsView.moment(start)) { key, value in
      let key = [UInt8](copying: key)
      guard key.starts(with: prefix), !last.lexicographicallyPrecedes(key.prefix(last.count)),
        let (moment, isImported) = CellsView.moment(of: key, after: prefix.count)
      else { return .stop }
      body(moment, isImported, Int(Int64(bitPattern: bigEndianNumber(value))))
      return .next
    }
  }
}
