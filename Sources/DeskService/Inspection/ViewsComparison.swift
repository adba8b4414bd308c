import Desk
import DeskViews
import EventSourcing
import EventStore
import Glibc
import LMDB

/// Holds the views that answer against a replay, row for row, while both go on.
struct ViewsComparison {
  private static let rowsMax = 5000
  /// How often views that are just being replaced are waited for.
  private static let tries = 50

  private typealias Row = (key: [UInt8], value: [UInt8])
  /// The views were replaced by others.
  private struct Replaced: Error {}

  private let reader: StoreReader
  private let replay: DeskViews
  private let first: Views

  init(_ reader: StoreReader, _ replay: DeskViews, _ live: Views) {
    self.reader = reader
    self.replay = replay
    first = live
  }

  typealias Report = (_ done: Int, _ total: Int, _ table: String, _ position: Position) throws -> Void

  /// - Parameter advance: brings the replay to a position.
  /// - Returns: how many rows are equal.
  func run(advance: (Position) throws -> Void, report: Report) throws -> Int {
    var live: Views? = first
    while let views = live {
      do { return try compare(try DeskViews(views), advance, report) } catch is Replaced {}
      live = try reader.openViews()
    }
    return 0
  }

  private func compare(_ live: DeskViews, _ advance: (Position) throws -> Void, _ report: Report) throws -> Int {
    let total = try live.store.environment.read { transaction throws(LMDBError) in
      var total = 0
      for table in live.everyTable { total += try transaction.count(table) }
      return total
    }
    var done = 0
    for table in live.everyTable {
      var last: [UInt8]?
      while true {
        try report(done, total, table.name, try Verification.position(live.store))
        let page = try page(of: live, table, after: last, advance)
        done += page.count
        guard let end = page.last else { break }
        last = end
      }
    }
    return done
  }

  /// Compares a page of a table. A row that differs is looked at again before it is called damaged: a key that is
  /// forgotten between the two readings makes the replay read less than the older snapshot shows, but not a second time.
  ///
  /// - Returns: how many rows it has, and the last key; nil at the end of the table.
  private func page(
    of live: DeskViews, _ table: Table, after key: [UInt8]?, _ advance: (Position) throws -> Void
  ) throws -> (count: Int, last: [UInt8]?) {
    let first = try look(at: live, table, after: key, through: nil, advance)
    guard !first.differences.isEmpty else { return (first.count, first.last) }
    let second = try look(at: live, table, after: key, through: first.last, advance)
    let suspects = Set(first.differences.map(\.key))
    if let difference = second.differences.first(where: { suspects.contains($0.key) }) {
      throw damage(table.name, difference, live, at: second.position)
    }
    return (second.count, first.last)
  }

  /// What a page of a table and the replay differ in, at one position.
  private struct Look {
    var position: Position
    var count: Int
    /// Nil at the end of the table.
    var last: [UInt8]?
    var differences: [Difference]
  }

  /// - Parameter end: the last key of the page; nil for a page of the usual length.
  private func look(
    at live: DeskViews, _ table: Table, after key: [UInt8]?, through end: [UInt8]?,
    _ advance: (Position) throws -> Void
  ) throws -> Look {
    for _ in 0..<Self.tries {
      guard try reader.isCurrent(live.store) else { throw Replaced() }
      let transaction = try live.store.environment.beginRead()
      let position = try live.store.position(transaction)
      let rows = try Self.rows(table, after: key, through: end, limit: end == nil ? Self.rowsMax : .max, transaction)
      let last = end ?? (rows.count < Self.rowsMax ? nil : rows.last?.key)
      _ = consume transaction
      let replayed = try Verification.position(replay.store)
      guard replayed <= position else {
        // Views that are just being replaced are behind for a moment.
        usleep(20_000)
        continue
      }
      try advance(position)
      let expected = try replay.store.environment.read { transaction throws(LMDBError) in
        try Self.rows(
          try replay.store.environment.table(table.name), after: key, through: last,
          limit: last == nil ? rows.count + Self.rowsMax : .max, transaction)
      }
      return Look(
        position: position, count: rows.count, last: last, differences: Self.differences(rows, expected))
    }
    throw StoreError.unexpected("the views stay behind the replay of their ledger")
  }

  private static func rows(
    _ table: Table, after key: [UInt8]?, through last: [UInt8]?, limit: Int,
    _ transaction: borrowing ReadTransaction
  ) throws(LMDBError) -> [Row] {
    var rows: [Row] = []
    try transaction.scan(table, from: key) { found, value in
      let found = [UInt8](copying: found)
      if found == key { return .next }
      if let last, last.lexicographicallyPrecedes(found) { return .stop }
      rows.append((found, [UInt8](copying: value)))
      return rows.count < limit ? .next : .stop
    }
    return rows
  }

  private enum Difference {
    case missing(Row), surplus(Row), changed(live: Row, replayed: Row)

    var key: [UInt8] { owners[0].key }

    /// The rows that may tell whose it is.
    var owners: [Row] {
      switch self {
      case .missing(let row), .surplus(let row): [row]
      case .changed(let live, let replayed): [replayed, live]
      }
    }
  }

  /// In the order of the keys.
  private static func differences(_ live: [Row], _ replayed: [Row]) -> [Difference] {
    var differences: [Difference] = []
    var (have, want) = (live[...], replayed[...])
    while let row = have.first ?? want.first {
      if let other = want.first, have.isEmpty || other.key.lexicographicallyPrecedes(row.key) {
        differences.append(.missing(other))
        want.removeFirst()
      } else if let other = want.first, other.key == row.key {
        if other.value != row.value { differences.append(.changed(live: row, replayed: other)) }
        have.removeFirst()
        want.removeFirst()
      } else {
        differences.append(.surplus(row))
        have.removeFirst()
      }
    }
    return differences
  }

  private func damage(_ table: String, _ difference: Difference, _ live: DeskViews, at position: Position) -> Damage {
    let number = difference.owners.lazy.compactMap {
      DeskViews.caseNumber(ofRowIn: table, key: $0.key, value: $0.value)
    }.first
    let code = number.flatMap { Verification.code(of: $0, replay) ?? Verification.code(of: $0, live) }
    let (vi, en) =
      switch difference {
      case .missing: ("thiếu một dòng", "a row is missing")
      case .surplus: ("thừa một dòng", "there is a row too many")
      case .changed: ("một dòng khác với sổ", "a row differs from the ledger")
      }
    let hint = ("; dựng lại bằng motcua rebuild", "; build the views anew with motcua rebuild")
    return Damage(
      .rowDiffers, at: position.rawValue, code: code, table: table, "bảng \(table): \(vi)\(hint.0)",
      "table \(table): \(en)\(hint.1)")
  }
}
