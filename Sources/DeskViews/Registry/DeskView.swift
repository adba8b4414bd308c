import Desk
import EventSourcing
import LMDB

/// One view as the registry knows it: its table, what a case contributes to it, and how that is written.
final class DeskView: Sendable {
  /// The name of its table, and of its file without `View`.
  let name: String
  /// Raised whenever a row is other than it was. It is a part of the schema version of all views, so that those of an
  /// earlier release are not believed and are built anew.
  let version: Int
  let content: Content
  let owner: Owner

  enum Content: Sendable {
    /// Rows that are a function of one case.
    case rows(@Sendable (CaseRow, inout RowBuffer) -> Void, Writing)
    /// Sums of what the cases contribute.
    case sums
    /// Rows that each event of the office adds or replaces.
    case office(@Sendable (OfficeStep) -> [ViewRow])
  }

  /// When the rows of a case have to be written after an event.
  enum Writing: Sendable {
    /// With every event: the row bears the version of the case, and so is never what it was.
    case always
    /// With the receipt, which alone decides them.
    case once
    /// As far as they differ.
    case differences
    /// As far as they differ, which they can only when this says so.
    case differencesIf(@Sendable (_ before: CaseState, _ after: CaseState) -> Bool)
  }

  /// Where a row names the case that it is about, as eight bytes.
  enum Owner: Sendable {
    case key(from: Int)
    case endOfKey
    case value
    /// A row is about several cases or none, and names none.
    case several
  }

  init<P: CaseView & SendableMetatype>(_ projection: P.Type, version: Int, _ writing: Writing, owner: Owner) {
    name = P.name
    self.version = version
    content = .rows({ P.add($0, to: &$1) }, writing)
    self.owner = owner
  }

  init(sumsOf name: String, version: Int) {
    self.name = name
    self.version = version
    content = .sums
    owner = .several
  }

  init<P: Projection & SendableMetatype>(ofOffice projection: P.Type, version: Int)
  where P.State == OfficeStep, P.Row == ViewRow {
    name = P.name
    self.version = version
    content = .office { P.rows(of: $0) }
    owner = .several
  }

  /// - Parameter rows: memory for the rows; what is in it is not asked.
  func write(
    _ table: Table, from before: CaseRow, to after: CaseRow, _ rows: inout RowBuffer,
    _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    guard case .rows(let add, let writing) = content else { return }
    rows.removeAll()
    switch writing {
    case .always: break
    case .once: if before.state.reception != nil { return }
    case .differences: add(before, &rows)
    case .differencesIf(let differ):
      guard differ(before.state, after.state) else { return }
      add(before, &rows)
    }
    let old = rows.count
    rows.beginState()
    add(after, &rows)
    try Self.update(table, rows, old: old, transaction)
  }

  func write(_ table: Table, _ step: OfficeStep, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    guard case .office(let rows) = content else { return }
    for row in rows(step) { try transaction.put(table, row.key, row.value) }
  }

  /// - Parameter old: how many of the rows are those that are there, which stand before those that are to be.
  private static func update(
    _ table: Table, _ rows: borrowing RowBuffer, old: Int, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    let (gone, made) = (0..<old, old..<rows.count)
    for row in gone where !made.contains(where: { rows.isSameKey($0, row) }) {
      try rows.withRow(row) { (key, _) throws(LMDBError) in _ = try transaction.delete(table, key) }
    }
    for row in made where !gone.contains(where: { rows.isSameKey($0, row) && rows.isSameValue($0, row) }) {
      try rows.withRow(row) { (key, value) throws(LMDBError) in try transaction.put(table, key, value) }
    }
  }
}
