import Desk
import DeskViews
import EventSourcing
import EventStore
import Glibc
import LMDB

/// Holds the views that answer against a replay, row for row, while both go on.
struct ViewsComparison {
  private static let rowsMax = 5000
  /// A row is looked at again before it is called damaged: a key that is forgotten between two looks makes the replay
  /// read less than the older snapshot shows.
  private static let looks = 5

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

  /// Compares a page of a table.
  ///
  /// - Returns: how many rows it has, and the last key; nil at the end of the table.
  private func page(
    of live: DeskViews, _ table: Table, after key: [UInt8]?, _ advance: (Position) throws -> Void
  ) throws -> (count: Int, last: [UInt8]?) {
    var suspect: [UInt8]?
    for _ in 0..<Self.looks {
      guard try reader.isCurrent(live.store) else { throw Replaced() }
      let transaction = try live.store.environment.beginRead()
      let position = try live.store.position(transaction)
      let rows = try Self.rows(table, after: key, through: nil, transaction)
      let last = rows.count < Self.rowsMax ? nil : rows.last?.key
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
          limit: last == nil ? rows.count + 1 : .max, transaction)
      }
      guard let difference = Self.difference(rows, expected) else { return (rows.count, last) }
      if suspect == difference.key { throw damage(table.name, difference, live, at: position) }
      suspect = difference.key
    }
    throw StoreError.unexpected("the views change faster than they can be compared")
  }

  private static func rows(
    _ table: Table, after key: [UInt8]?, through last: [UInt8]?, limit: Int = rowsMax,
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

  private static func difference(_ live: [Row], _ replayed: [Row]) -> Difference? {
    for (have, want) in zip(live, replayed) where have.key != want.key || have.value != want.value {
      if have.key == want.key { return .changed(live: have, replayed: want) }
      return have.key.lexicographicallyPrecedes(want.key) ? .surplus(have) : .missing(want)
    }
    if live.count == replayed.count { return nil }
    return live.count > replayed.count ? .surplus(live[replayed.count]) : .missing(replayed[live.count])
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
