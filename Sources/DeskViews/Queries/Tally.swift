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
    let cells = try table(CellsView.view)
    var sums = GroupSums()
    for kind in CaseKind.allCases {
      let group = TallyGroup(kind)
      for unit in [CountedUnit.receptions, .endings] {
        for part in unit.parts {
          // What was never counted has no row, and none by day either.
          guard let total = try count(CellsView.total(unit, kind, part), in: cells, transaction) else { continue }
          let imported = try count(CellsView.importedTotal(unit, kind, part), in: cells, transaction) ?? 0
          sums.change(group, all: total, imported: imported) { columns, count in
            columns.add(count, of: unit, part: part, on: nil, today: today)
            // What was received and has not ended is open.
            columns.now.open += unit == .receptions ? count : -count
          }
          try forEachCell(unit, kind, part, from: .day(first), through: .day(today), transaction) {
            moment, isImported, count in
            guard case .day(let day) = moment else { return }
            sums.change(group, all: count, imported: isImported ? count : 0) { columns, count in
              columns.add(count, of: unit, part: part, on: day, today: today)
            }
          }
        }
      }
    }
    try addPast(now, .openDate, mark: PromisesView.firstMark, to: &sums, \.openLate, transaction)
    try addPast(now, .apology, to: &sums, \.apologiesOwed, transaction)
    return sums.tally
  }

  /// How many units a cell has; nil when it has no row.
  private func count(
    _ key: [UInt8], in cells: Table, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Int? {
    try transaction.get(cells, key) { Int(Int64(bitPattern: bigEndianNumber($0))) }
  }

  /// Counts the promises of an order that are past, by what their rows say in one byte: there may be many of them.
  private func addPast(
    _ now: Timestamp, _ order: PromisesView.Order, mark: UInt8 = 0, to sums: inout GroupSums,
    _ standing: WritableKeyPath<Standings, Int>, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) {
    let end = OrderedKey.bits(of: now)
    var counts = [Int](repeating: 0, count: 256)
    try transaction.scan(table(PromisesView.view), from: [order.rawValue]) { key, value in
      guard key.count > 8, key[0] == order.rawValue, bigEndianNumber(key.extracting(1..<9)) < end else { return .stop }
      if !value.isEmpty { counts[Int(value[0])] += 1 }
      return .next
    }
    for (value, count) in zip(UInt8.min...UInt8.max, counts) where count != 0 && (mark == 0 || value & mark != 0) {
      guard let group = PromisesView.group(value) else { continue }
      let imported = value & PromisesView.importedMark != 0 ? count : 0
      sums.change(group, all: count, imported: imported) { columns, count in columns.now[keyPath: standing] += count }
    }
  }
}

/// The counts of every group while they are added up.
private struct GroupSums {
  private var all = [Columns](repeating: Columns(), count: TallyGroup.allCases.count)
  private var imported = [Columns](repeating: Columns(), count: TallyGroup.allCases.count)

  mutating func change(_ group: TallyGroup, all count: Int, imported: Int, _ body: (inout Columns, Int) -> Void) {
    body(&all[Int(group.rawValue)], count)
    if imported != 0 { body(&self.imported[Int(group.rawValue)], imported) }
  }

  var tally: Tally {
    var tally = Tally()
    for group in TallyGroup.allCases {
      tally.all[group] = all[Int(group.rawValue)]
      tally.imported[group] = imported[Int(group.rawValue)]
    }
    return tally
  }
}
