import EventSourcing
public import LMDB
import MerkleTree

/// How the views get what is recorded: behind the ledger, in blocks of a few groups.
extension EventStore {
  /// Writes into the projections what all recorded events that the views lack make of them.
  public typealias Project = (_ views: borrowing WriteTransaction) throws(LMDBError) -> Void

  /// Writes into the views all that is committed and not in them yet, as one block.
  ///
  /// - Throws: `CommitError.viewsLost`: the views must not be written any more; what was acknowledged stands in the
  ///   ledger.
  @available(*, noasync)
  public func applyRecorded(_ project: Project) throws(CommitError) {
    recorded.revert()
    if recorded.count == 0 { return }
    let views: WriteTransaction
    do throws(LMDBError) { views = try writtenViews(project) } catch { throw lost(error) }
    try commit(views)
  }

  /// The views' transaction with all that they lack in it.
  @available(*, noasync)
  func writtenViews(_ project: Project) throws(LMDBError) -> WriteTransaction {
    let transaction = try views.environment.beginWrite()
    try project(transaction)
    try recorded.write(transaction)
    return transaction
  }

  @available(*, noasync)
  func commit(_ views: consuming WriteTransaction) throws(CommitError) {
    do throws(LMDBError) { try views.commit() } catch { throw lost(error) }
    recorded.clear()
  }

  private func lost(_ error: LMDBError) -> CommitError {
    distrustViews()
    return .viewsLost(error)
  }

  /// Says beside the views that the ledger is durable up to an event; false when the disk does not take it.
  func isWitnessed(_ position: Position, _ leaf: Hash) -> Bool { views.durable.set(position, leaf: leaf) }

  /// Whether the views' map has so many bytes that no block of so many events could fill it.
  public func hasViewsRoom(forEvents count: Int) -> Bool {
    views.environment.growthLeft >= mapReserveBytes + count * Self.viewsBytesAnEvent
  }

  /// More than one event can make the views grow by, with every page that it touches written anew.
  public static let viewsBytesAnEvent = 1 << 20
}
