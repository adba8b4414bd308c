public import Desk
public import EventStore
public import LMDB

/// All views of the desk, kept together; which there are says `DeskViews.all`.
public struct DeskViews: Sendable {
  public let store: Views
  /// Those of `all`, in its order.
  private let tables: [Table]

  public init(_ views: Views) throws(LMDBError) {
    store = views
    // As a rule they were opened for just these, and a question looks none of them up by its name.
    if views.projectionNames == Self.tables {
      tables = views.projections
      return
    }
    var tables: [Table] = []
    tables.reserveCapacity(Self.all.count)
    for view in Self.all { tables.append(try views.environment.table(view.name)) }
    self.tables = tables
  }

  /// The table of a view.
  func table(_ view: DeskView) throws(LMDBError) -> Table {
    for (other, table) in zip(Self.all, tables) where other.name == view.name { return table }
    return try store.environment.table(view.name)
  }

  /// Every table of the views, the store's own included.
  public var everyTable: [Table] { store.tables + tables }

  /// Applies some events of one case, in order. The case is written once, as the last of them leaves it.
  ///
  /// - Returns: the state after them.
  @discardableResult
  public func apply(
    _ events: [CaseEvent], to number: UInt64, from before: CaseState, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) -> CaseState {
    var after = before
    for event in events { CaseDecider.evolve(&after, event) }
    var cells = CellChange()
    var rows = RowBuffer()
    try write(number, from: before, to: after, &cells, &rows, transaction)
    try write(cells, transaction)
    return after
  }

  /// Applies a block of events of the ledger, in order: each case that they touch is written once, as the last of them
  /// leaves it.
  public func apply(
    _ events: [(number: UInt64, event: CaseEvent)], _ transaction: borrowing WriteTransaction
  ) throws(ViewsError) {
    var changes: [UInt64: CaseChange] = [:]
    for (number, event) in events {
      if changes[number] == nil {
        let state = try state(of: number, transaction)
        changes[number] = CaseChange(before: state, after: state)
      }
      CaseDecider.evolve(&changes[number, default: CaseChange()].after, event)
    }
    do throws(LMDBError) { try write(changes, transaction) } catch { throw .storage(error) }
  }

  /// Writes what a block of events has made of the cases that it touches, live and in a replay alike.
  func write(_ changes: [UInt64: CaseChange], _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    var cells = CellChange()
    var rows = RowBuffer()
    // In the order of their keys, so that neighbours are written one after the other.
    for number in changes.keys.sorted() {
      guard let change = changes[number] else { continue }
      try write(number, from: change.before, to: change.after, &cells, &rows, transaction)
    }
    try write(cells, transaction)
  }

  /// Applies an event of the office.
  ///
  /// - Returns: the state after it.
  @discardableResult
  public func apply(
    _ entry: OfficeEntry, _ transaction: borrowing WriteTransaction
  ) throws(ViewsError) -> OfficeState {
    var state = try office(transaction)
    OfficeDecider.evolve(&state, entry)
    do throws(LMDBError) { try write(OfficeStep(entry: entry, state: state), transaction) } catch {
      throw .storage(error)
    }
    return state
  }

  /// Writes an event of the office with the state that it leaves, live and in a replay alike.
  func write(_ step: OfficeStep, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    for (view, table) in zip(Self.all, tables) { try view.write(table, step, transaction) }
  }

  /// The one way a case changes in the views.
  private func write(
    _ number: UInt64, from before: CaseState, to after: CaseState, _ cells: inout CellChange,
    _ rows: inout RowBuffer, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    let (old, new) = (CaseRow(number: number, state: before), CaseRow(number: number, state: after))
    for (view, table) in zip(Self.all, tables) { try view.write(table, from: old, to: new, &rows, transaction) }
    cells.change(from: before, to: after)
  }

  private func write(_ change: CellChange, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    if change.cells.isEmpty { return }
    let table = try table(CellsView.view)
    for (key, change) in change.cells where change != 0 {
      let count = Int64(bitPattern: try transaction.bytes(table, key).map { bigEndianNumber($0) } ?? 0) + change
      // No row rather than a zero, so that views are equal to a rebuild row for row.
      if count == 0 {
        try transaction.delete(table, key)
      } else {
        try transaction.put(table, key, bigEndian(UInt64(bitPattern: count)))
      }
    }
  }
}
