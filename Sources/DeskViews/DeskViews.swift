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

  /// The one way a case changes in the views, live and in a replay alike.
  ///
  /// - Parameter event: already in the ledger, or put there by the same batch.
  /// - Returns: the state after it.
  @discardableResult
  public func apply(
    _ event: CaseEvent, to number: UInt64, from before: CaseState, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) -> CaseState {
    var after = before
    CaseDecider.evolve(&after, event)
    let (old, new) = (CaseRow(number: number, state: before), CaseRow(number: number, state: after))
    try update(cases, CasesView.rows(of: old), CasesView.rows(of: new), transaction)
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
    try count(TallyView.counts(of: before), TallyView.counts(of: after), transaction)
    return after
  }

  private func update(
    _ table: Table, _ old: [ViewRow], _ new: [ViewRow], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    for row in old where !new.contains(where: { $0.key == row.key }) { try transaction.delete(table, row.key) }
    for row in new where !old.contains(row) { try transaction.put(table, row.key, row.value) }
  }

  private func count(
    _ old: [TallyView.Count], _ new: [TallyView.Count], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    for count in old where !new.contains(count) { try add(-1, count, transaction) }
    for count in new where !old.contains(count) { try add(1, count, transaction) }
  }

  private func add(
    _ change: Int64, _ count: TallyView.Count, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    for key in count.keys {
      let value = try self.count(key, transaction) + change
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
