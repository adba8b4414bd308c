public import Desk
import EventStore
public import LMDB

/// Enquiries and complaints are counted apart.
public enum TallyGroup: UInt8, Sendable, CaseIterable {
  case cases, enquiries, complaints

  init(_ kind: CaseKind) {
    switch kind {
    case .procedure, .assistance: self = .cases
    case .enquiry: self = .enquiries
    case .complaint: self = .complaints
    }
  }
}

/// The counts of one group in one column.
public struct Counts: Hashable, Sendable {
  public var received = 0
  public var resolvedOnTime = 0
  public var resolvedLate = 0
  public var withdrawn = 0
  public var withdrawnLate = 0

  /// Adds units, each part where the tally counts it.
  mutating func add(_ count: Int, of unit: CountedUnit, part: UInt8) {
    switch unit {
    case .receptions: received += count
    case .endings:
      switch EndingPart(rawValue: part) {
      case .onTime: resolvedOnTime += count
      case .late: resolvedLate += count
      case .withdrawn: withdrawn += count
      case .withdrawnLate:
        withdrawn += count
        withdrawnLate += count
      case .unknown, nil: break
      }
    case .dates: break
    }
  }
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

  /// Adds units of a day where they belong; with nil for a day to those of all days.
  mutating func add(_ count: Int, of unit: CountedUnit, part: UInt8, on day: CalendarDay?, today: CalendarDay) {
    guard let day else { return all.add(count, of: unit, part: part) }
    if day > today { return }
    if day == today { self.today.add(count, of: unit, part: part) }
    if day == today.adding(-1) { yesterday.add(count, of: unit, part: part) }
    if day >= today.startOfWeek { thisWeek.add(count, of: unit, part: part) }
    if day >= today.startOfMonth { thisMonth.add(count, of: unit, part: part) }
  }
}

extension DeskViews {
  public func tally(
    now: Timestamp, offset: UTCOffset, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [TallyGroup: Columns] {
    let today = now.day(at: offset)
    let first = min(today.startOfWeek, today.startOfMonth, today.adding(-1))
    var tally = Dictionary(uniqueKeysWithValues: TallyGroup.allCases.map { ($0, Columns()) })
    for kind in CaseKind.allCases {
      let group = TallyGroup(kind)
      var columns = tally[group] ?? Columns()
      for unit in [CountedUnit.receptions, .endings] {
        for part in unit.parts {
          let total = Int(try count(CellsView.total(unit, kind, part), transaction))
          columns.add(total, of: unit, part: part, on: nil, today: today)
          // What was received and has not ended is open.
          columns.now.open += unit == .receptions ? total : -total
          try forEachCell(unit, kind, part, from: .day(first), through: .day(today), transaction) { moment, _, count in
            if case .day(let day) = moment { columns.add(count, of: unit, part: part, on: day, today: today) }
          }
        }
      }
      tally[group] = columns
    }
    for (group, count) in try countBefore(now, .openDate, mark: PromisesView.firstMark, transaction) {
      tally[group]?.now.openLate = count
    }
    for (group, count) in try countBefore(now, .apology, transaction) { tally[group]?.now.apologiesOwed = count }
    return tally
  }

  private func countBefore(
    _ now: Timestamp, _ order: PromisesView.Order, mark: UInt8 = 0,
    _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [TallyGroup: Int] {
    let end = [order.rawValue] + OrderedKey.time(now)
    var counts: [TallyGroup: Int] = [:]
    try transaction.scan(table(PromisesView.view), from: [order.rawValue]) { key, value in
      guard [UInt8](copying: key).lexicographicallyPrecedes(end) else { return .stop }
      guard !value.isEmpty, mark == 0 || value[0] & mark != 0, let group = PromisesView.group(value[0]) else {
        return .next
      }
      counts[group, default: 0] += 1
      return .next
    }
    return counts
  }
}
