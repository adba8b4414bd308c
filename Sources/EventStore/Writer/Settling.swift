import LMDB

import Synchronization

/// The first writes of an opened store, which come before all others. On a full disk they are put off, so that the
/// store can be read; before anything else is written, they are made up for.
extension EventStore {
  /// Whether the first writes are done.
  public var isSettled: Bool { unsettled.withLock { $0 == nil } }

  /// Marks the views as being written, and makes one durable commit, unless that is done.
  ///
  /// A commit that found no room has written nothing that a later one refers to, so it may be tried again.
  ///
  /// - Parameter instant: when the ledger was opened, in microseconds since 1970.
  /// - Throws: an error that `refusesGrowth` while there is no room; after any other nothing may be written.
  public func settle(at instant: Int64) throws(StoreError) {
    try unsettled.withLock { unsettled throws(StoreError) in
      if unsettled == nil { return }
      try viewsDirectory.settle(views, schemaVersion: schemaVersion, ledger, at: instant)
      unsettled = nil
    }
  }

  /// Throws the reason why the store is not settled yet; nothing may be written before it is.
  public func requireSettled() throws(StoreError) {
    if let reason = unsettled.withLock({ $0 }) { throw reason }
  }

  /// As `requireSettled`, for writing in the views: without `STATE` no start believes them, so that they may be written
  /// before the store is settled.
  public func requireViewsMarked() throws(StoreError) {
    if Files.exists(viewsDirectory.state) { try requireSettled() }
  }

  /// Lets the views be written although the store is not settled yet, by removing `STATE`.
  public func allowViewsWriting() throws(StoreError) {
    if !isSettled { try asStoreError { try viewsDirectory.distrust() } }
  }

  /// The error of a disk that takes no write of LMDB's lock file beside a ledger; nil when it takes one. Every reader
  /// writes in that file, through a memory map, where a refusal would end the process.
  ///
  /// Call it only while this process does not have the ledger open: closing the file would give up LMDB's lock on it.
  public static func lockFault(_ ledger: String) -> StoreError? {
    do throws(FileError) {
      try Files.rewrite(ledger + "/lock.mdb")
      return nil
    } catch {
      return error.refusesGrowth ? .file(error) : nil
    }
  }

  /// Tries to settle a store that is being opened.
  ///
  /// - Returns: why it is put off; nil when it is done.
  static func settleAtStart(
    _ directory: ViewsDirectory, _ views: Views, schemaVersion: String, _ ledger: Ledger, at instant: Int64
  ) throws -> StoreError? {
    do throws(StoreError) {
      try directory.settle(views, schemaVersion: schemaVersion, ledger, at: instant)
      return nil
    } catch  where error.refusesGrowth {
      // A commit that a killed process left visible is made durable all the same, before anybody reads it.
      try ledger.environment.sync()
      return error
    }
  }
}

extension ViewsDirectory {
  fileprivate func settle(_ views: Views, schemaVersion: String, _ ledger: Ledger, at instant: Int64) throws(StoreError)
  {
    try asStoreError {
      try mark(views.number, schemaVersion: schemaVersion, clean: false)
      do throws(LMDBError) { try ledger.settle(at: instant) } catch  where error.code == .mapFull {
        throw StoreError.mapFull(.ledger, bytes: ledger.mapBytes)
      }
    }
  }
}
