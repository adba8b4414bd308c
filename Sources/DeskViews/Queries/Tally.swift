public import Desk
import EventStore
public import LMDB

/// The counts of one group in one column.
public struct Counts: Hashable, Sendable {
  public var received = 0
  public var resolvedOnTime = 0
  public var resolvedLate = 0
  public var withdrawn = 0
  public var withdrawnLate = 0
}

/// What is so now, whatever the column.
public struct Standings: Hashable, Sendable {
  public var open = 0
  public var openLate = 0
  public var apologiesOwed = 0
}

/// Today, yesterday, this week (from Monday), this month, all.
public struct Columns: Hashable, Sendable {
  public var today = Counts()
  public var yesterday = Counts()
  public var thisWeek = Counts()
  public var thisMonth = Counts()
  public var all = Counts()
  public var now = Standings()

  public init() {}

  /// The columns of a day; `counts` is asked for ranges of days, and with nil for all days.
  init<Failure>(
    on today: CalendarDay, _ counts: (ClosedRange<CalendarDay>?) throws(Failure) -> Counts
  ) throws(Failure) {
    self.today = try counts(today...today)
    yesterday = try counts(today.adding(-1)...today.adding(-1))
    thisWeek = try counts(today.startOfWeek...today)
    thisMonth = try counts(today.startOfMonth...today)
    all = try counts(nil)
  }
}

extension DeskViews {
  public func tally(
    now: Timestamp, offset: UTCOffset, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [TallyView.Group: Columns] {
    let today = now.day(at: offset)
    var tally: [TallyView.Group: Columns] = [:]
    for group in TallyView.Group.allCases {
      var columns = try Columns(on: today) { days throws(LMDBError) in try counts(group, days, transaction) }
      columns.now.open = Int(try count(TallyView.key(group, .open, nil), transaction))
      tally[group] = columns
    }
    for (group, count) in try countBefore(now, .openByFirstDue, transaction) { tally[group]?.now.openLate = count }
    for (group, count) in try countBefore(now, .unsettled, transaction) { tally[group]?.now.apologiesOwed = count }
    return tally
  }

  private func counts(
    _ group: TallyView.Group, _ days: ClosedRange<CalendarDay>?, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Counts {
    func sum(_ counter: TallyView.Counter, _ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Int {
      guard let days else { return Int(try count(TallyView.key(group, counter, nil), transaction)) }
      var sum: Int64 = 0
      let end = TallyView.key(group, counter, days.upperBound)
      try transaction.scan(table(TallyView.view), from: TallyView.key(group, counter, days.lowerBound)) { key, value in
        if end.lexicographicallyPrecedes([UInt8](copying: key)) { return .stop }
        sum += Int64(bitPattern: bigEndianNumber([UInt8](copying: value)))
        return .next
      }
      return Int(sum)
    }
    return Counts(
      received: try sum(.received, transaction), resolvedOnTime: try sum(.resolvedOnTime, transaction),
      resolvedLate: try sum(.resolvedLate, transaction), withdrawn: try sum(.withdrawn, transaction),
      withdrawnLate: try sum(.withdrawnLate, transaction))
  }

  private func countBefore(
    _ now: Timestamp, _ order: DueView.Order, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [TallyView.Group: Int] {
    let end = [order.rawValue] + OrderedKey.time(now)
    var counts: [TallyView.Group: Int] = [:]
    try transaction.scan(table(DueView.view), from: [order.rawValue]) { key, value in
      guard [UInt8](copying: key).lexicographicallyPrecedes(end) else { return .stop }
      if let group = value.count == 1 ? TallyView.Group(rawValue: value[0]) : nil { counts[group, default: 0] += 1 }
      return .next
    }
    return counts
  }
}
