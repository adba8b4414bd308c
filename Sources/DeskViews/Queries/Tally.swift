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

  public init() {}

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

  public init() {}
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

/// The counts of every group: of all cases, and how many of them came from another register.
public struct Tally: Hashable, Sendable {
  public var all: [TallyGroup: Columns]
  public var imported: [TallyGroup: Columns]

  public init() {
    all = Dictionary(uniqueKeysWithValues: TallyGroup.allCases.map { ($0, Columns()) })
    imported = all
  }

  mutating func change(_ group: TallyGroup, isImported: Bool, _ body: (inout Columns) -> Void) {
    body(&all[group, default: Columns()])
    if isImported { body(&imported[group, default: Columns()]) }
  }
}

extension DeskViews {
  public func tally(
    now: Timestamp, offset: UTCOffset, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Tally {
    let today = now.day(at: offset)
    let first = min(today.startOfWeek, today.startOfMonth, today.adding(-1))
    var tally = Tally()
    for kind in CaseKind.allCases {
      let group = TallyGroup(kind)
      for unit in [CountedUnit.receptions, .endings] {
        for part in unit.parts {
          func add(_ total: Int, to columns: inout Columns) {
            columns.add(total, of: unit, part: part, on: nil, today: today)
            // What was received and has not ended is open.
            columns.now.open += unit == .receptions ? total : -total
          }
          let total = Int(try count(CellsView.total(unit, kind, part), transaction))
          add(total, to: &tally.all[group, default: Columns()])
          let imported = Int(try count(CellsView.importedTotal(unit, kind, part), transaction))
          add(imported, to: &tally.imported[group, default: Columns()])
          try forEachCell(unit, kind, part, from: .day(first), through: .day(today), transaction) {
            moment, isImported, count in
            guard case .day(let day) = moment else { return }
            tally.change(group, isImported: isImported) {
              $0.add(count, of: unit, part: part, on: day, today: today)
            }
          }
        }
      }
    }
    try forEachPast(now, .openDate, mark: PromisesView.firstMark, transaction) { group, isImported in
      tally.change(group, isImported: isImported) { $0.now.openLate += 1 }
    }
    try forEachPast(now, .apology, transaction) { group, isImported in
      tally.change(group, isImported: isImported) { $0.now.apologiesOwed += 1 }
    }
    return tally
  }

  private func forEachPast(
    _ now: Timestamp, _ order: PromisesView.Order, mark: UInt8 = 0,
    _ transaction: borrowing some Reading & ~Copyable, _ body: (TallyGroup, _ isImported: Bool) -> Void
  ) throws(LMDBError) {
    let end = [order.rawValue] + OrderedKey.time(now)
    try transaction.scan(table(PromisesView.view), from: [order.rawValue]) { key, value in
      guard [UInt8](copying: key).lexicographicallyPrecedes(end) else { return .stop }
      guard !value.isEmpty, mark == 0 || value[0] & mark != 0, let group = PromisesView.group(value[0]) else {
        return .next
      }
      body(group, value[0] & PromisesView.importedMark != 0)
      return .next
    }
  }
}
