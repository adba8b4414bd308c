import Desk
import EventSourcing
import LMDB

/// One view as the registry knows it: its table, what a case contributes to it, and how that is written.
struct DeskView: Sendable {
  /// The name of its table, and of its file without `View`.
  let name: String
  /// Raised whenever a row is other than it was. It is a part of the schema version of all views, so that those of an
  /// earlier release are not believed and are built anew.
  let version: Int
  let content: Content
  let owner: Owner

  enum Content: Sendable {
    /// Rows that are a function of one case.
    case rows(@Sendable (CaseRow) -> [ViewRow], Writing)
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

  init<P: Projection & SendableMetatype>(_ projection: P.Type, version: Int, _ writing: Writing, owner: Owner)
  where P.State == CaseRow, P.Row == ViewRow {
    name = P.name
    self.version = version
    content = .rows({ P.rows(of: $0) }, writing)
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

  func write(
    _ table: Table, from before: CaseRow, to after: CaseRow, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    guard case .rows(let rows, let writing) = content else { return }
    switch writing {
    case .always: try Self.update(table, [], rows(after), transaction)
    case .once: if before.state.reception == nil { try Self.update(table, [], rows(after), transaction) }
    case .differences: try Self.update(table, rows(before), rows(after), transaction)
    case .differencesIf(let differ):
      if differ(before.state, after.state) { try Self.update(table, rows(before), rows(after), transaction) }
    }
  }

  func write(_ table: Table, _ step: OfficeStep, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    guard case .office(let rows) = content else { return }
    for row in rows(step) { try transaction.put(table, row.key, row.value) }
  }

  private static func update(
    _ table: Table, _ old: [ViewRow], _ new: [ViewRow], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    for row in old where !new.contains(where: { $0.key == row.key }) { try transaction.delete(table, row.key) }
    for row in new where !old.contains(row) { try transaction.put(table, row.key, row.value) }
  }
}
