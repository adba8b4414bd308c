public import Desk
public import EventStore
public import LMDB

/// All projections of the desk, kept together.
public struct DeskViews: Sendable {
  /// Names the projections and their rows; raised whenever any of them changes, so that a newer release rebuilds.
  public static let form = "desk 2"
  public static let tables = ["cases", "codes", "due", "clerk", "status", "register", "search", "tally", "erased"]

  public let store: Views
  let cases: Table
  let codes: Table
  let due: Table
  let clerk: Table
  let status: Table
  let register: Table
  let search: Table
  let tally: Table
  let erased: Table

  public init(_ views: Views) throws(LMDBError) {
    store = views
    cases = try views.environment.table(CasesView.name)
    codes = try views.environment.table(CodesView.name)
    due = try views.environment.table(DueView.name)
    clerk = try views.environment.table(ClerkView.name)
    status = try views.environment.table(StatusView.name)
    register = try views.environment.table(RegisterView.name)
    search = try views.environment.table(SearchView.name)
    tally = try views.environment.table(TallyView.name)
    erased = try views.environment.table(ErasedView.name)
  }

  /// Applies one event as it is recorded.
  ///
  /// - Parameter event: put into the ledger by the same batch.
  /// - Returns: the state after it.
  @discardableResult
  public func apply(
    _ event: CaseEvent, to number: UInt64, from before: CaseState, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) -> CaseState {
    var after = before
    CaseDecider.evolve(&after, event)
    var tally = TallyChange()
    try write(number, from: before, to: after, &tally, transaction)
    try write(tally, transaction)
    return after
  }

  /// Applies a block of events of the ledger, in order: each case that they touch is written once, as the last of them
  /// leaves it.
  public func apply(
    _ events: [(number: UInt64, event: CaseEvent)], _ transaction: borrowing WriteTransaction
  ) throws(ViewsError) {
    var changes: [UInt64: (before: CaseState, after: CaseState)] = [:]
    for (number, event) in events {
      if changes[number] == nil {
        let state = try state(of: number, transaction)
        changes[number] = (state, state)
      }
      CaseDecider.evolve(&changes[number, default: (CaseState(), CaseState())].after, event)
    }
    do throws(LMDBError) {
      var tally = TallyChange()
      for (number, change) in changes.sorted(by: { $0.key < $1.key }) {
        try write(number, from: change.before, to: change.after, &tally, transaction)
      }
      try write(tally, transaction)
    } catch {
      throw .storage(error)
    }
  }

  /// The one way a case changes in the views, live and in a replay alike.
  private func write(
    _ number: UInt64, from before: CaseState, to after: CaseState, _ tally: inout TallyChange,
    _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    let (old, new) = (CaseRow(number: number, state: before), CaseRow(number: number, state: after))
    // A case that is there stays, and is never the same after an event.
    try update(cases, [], CasesView.rows(of: new), transaction)
    if before.receipt == nil {
      try update(codes, [], CodesView.rows(of: new), transaction)
      try update(register, [], RegisterView.rows(of: new), transaction)
    }
    try update(due, DueView.rows(of: old), DueView.rows(of: new), transaction)
    try update(clerk, ClerkView.rows(of: old), ClerkView.rows(of: new), transaction)
    try update(status, StatusView.rows(of: old), StatusView.rows(of: new), transaction)
    if SearchView.source(before) != SearchView.source(after) {
      try update(search, SearchView.rows(of: old), SearchView.rows(of: new), transaction)
    }
    try update(erased, ErasedView.rows(of: old), ErasedView.rows(of: new), transaction)
    tally.change(from: before, to: after)
  }

  private func update(
    _ table: Table, _ old: [ViewRow], _ new: [ViewRow], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    for row in old where !new.contains(where: { $0.key == row.key }) { try transaction.delete(table, row.key) }
    for row in new where !old.contains(row) { try transaction.put(table, row.key, row.value) }
  }

  private func write(_ change: TallyChange, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    for (row, change) in change.rows where change != 0 {
      let key = row.key
      let value = try count(key, transaction) + change
      // No row rather than a zero, so that views are equal to a rebuild row for row.
      if value == 0 {
        try transaction.delete(tally, key)
      } else {
        try transaction.put(tally, key, bigEndian(UInt64(bitPattern: value)))
      }
    }
  }

  func count(_ key: [UInt8], _ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Int64 {
    Int64(bitPattern: try transaction.bytes(tally, key).map { bigEndianNumber($0) } ?? 0)
  }
}
