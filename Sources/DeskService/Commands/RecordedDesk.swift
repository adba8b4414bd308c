import Desk
import DeskViews
import EventStore
import LMDB

/// The desk as it is recorded, as whoever decides next has to know it: the views, and over them what they do not have
/// yet.
///
/// The thread that writes uses it, and nobody else.
final class RecordedDesk: @unchecked Sendable {
  let store: EventStore
  private var unapplied = UnappliedDesk()
  /// The desk's tables in the views that are live.
  private var live: DeskViews?

  init(_ store: EventStore) { self.store = store }

  /// The streams, commands and positions.
  var recorded: RecordedStreams { store.recorded }
  /// How many committed events the views lack.
  var count: Int { recorded.count }

  func state(of number: UInt64) throws -> CaseState {
    try read { views, transaction in try unapplied.state(of: number, over: views, transaction) }
  }

  func number(ofCode code: String) throws -> UInt64? {
    try read { views, transaction in try unapplied.number(ofCode: code, over: views, transaction) }
  }

  func nextSerial(on day: CalendarDay) throws -> Int {
    try read { views, transaction in try unapplied.nextSerial(on: day, over: views, transaction) }
  }

  func office() throws -> OfficeState {
    try read { views, transaction in try unapplied.office(over: views, transaction) }
  }

  /// Lends the views without what they lack.
  func read<R>(_ body: (DeskViews, borrowing ReadTransaction) throws -> R) throws -> R {
    try recorded.read { store, transaction in try body(try views(store), transaction) }
  }

  private func views(_ store: Views) throws(LMDBError) -> DeskViews {
    if let live, live.store === store { return live }
    let fresh = try DeskViews(store)
    live = fresh
    return fresh
  }

  /// A group of commands begins: what one before it has left that was not committed is nothing.
  func begin() throws(StoreError) -> Batch {
    unapplied.revert()
    return try store.beginBatch()
  }

  /// What was appended to a batch has made this of a case.
  func change(_ number: UInt64, from before: CaseState, to after: CaseState) {
    unapplied.change(number, from: before, to: after)
  }

  /// What was appended to a batch has happened to the office.
  func add(_ step: OfficeStep) { unapplied.add(step) }

  /// Commits a batch, with the views or before them.
  ///
  /// - Returns: whether the views have it.
  @available(*, noasync)
  func commit(_ batch: consuming Batch, _ timing: Batch.Timing) throws(CommitError) -> Bool {
    let views: DeskViews
    do throws(LMDBError) { views = try self.views(store.views) } catch { throw .nothingWritten(error) }
    let isApplied = try batch.commit(timing) { transaction throws(LMDBError) in
      try unapplied.write(into: views, transaction)
    }
    if isApplied { unapplied.clear() } else { unapplied.keep() }
    return isApplied
  }

  /// Gives the views up: nobody may hold them while they are replaced.
  func letGo() {
    unapplied.revert()
    live = nil
    recorded.letGo()
  }

  /// Writes into the views what is committed and not in them yet.
  @available(*, noasync)
  func apply() throws(CommitError) {
    unapplied.revert()
    let views: DeskViews
    do throws(LMDBError) { views = try self.views(store.views) } catch { throw .viewsLost(error) }
    try store.applyRecorded { transaction throws(LMDBError) in
      try unapplied.write(into: views, transaction)
    }
    unapplied.clear()
  }
}
