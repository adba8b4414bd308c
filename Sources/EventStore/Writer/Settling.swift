import LMDB

import Synchronization

/// What an opened store has to write before anything else may be. Where the disk is full it is put off, so that what is
/// there can be read; whoever wants to write has it done first.
extension EventStore {
  public var isSettled: Bool { unsettled.withLock { $0 == nil } }

  /// Marks the views as being written, and makes one durable commit, unless that is done.
  ///
  /// A commit that found no room has written nothing that a later one refers to, so it may be tried again.
  ///
  /// - Parameter instant: what the ledger says of when it was opened.
  /// - Throws: what `refusesGrowth` while there is no room; after anything else nothing may be written.
  public func settle(at instant: Int64) throws(StoreError) {
    try unsettled.withLock { unsettled throws(StoreError) in
      if unsettled == nil { return }
      try viewsDirectory.settle(views, form: form, ledger, at: instant)
      unsettled = nil
    }
  }

  /// Nothing is written before the store is settled.
  public func requireSettled() throws(StoreError) {
    if let reason = unsettled.withLock({ $0 }) { throw reason }
  }

  /// Views without `STATE` are believed by no start, so that they may be written before that.
  public func requireViewsMarked() throws(StoreError) {
    if Files.exists(viewsDirectory.state) { try requireSettled() }
  }

  /// Lets the views be written although the store is not settled yet: without `STATE` no start believes them, until it is.
  public func allowViewsWriting() throws(StoreError) {
    if !isSettled { try asStoreError { try viewsDirectory.distrust() } }
  }

  /// What the disk says when LMDB's lock file beside a ledger is written, which every reader does, too; nil when it takes
  /// that. LMDB writes it by way of the memory, where a refusal ends the process; its room is taken when it is opened.
  ///
  /// Only while this process has the ledger not open: closing the file would give up LMDB's lock on it.
  public static func lockFault(_ ledger: String) -> StoreError? {
    do throws(FileError) {
      try Files.rewrite(ledger + "/lock.mdb")
      return nil
    } catch {
      return error.refusesGrowth ? .file(error) : nil
    }
  }

  /// The first try, when it is opened.
  ///
  /// - Returns: why it is put off; nil when it is done.
  static func settleAtStart(
    _ directory: ViewsDirectory, _ views: Views, form: String, _ ledger: Ledger, at instant: Int64
  ) throws -> StoreError? {
    do throws(StoreError) {
      try directory.settle(views, form: form, ledger, at: instant)
      return nil
    } catch  where error.refusesGrowth {
      // What a killed process left visible is made durable all the same, before anybody is told of it.
      try ledger.environment.sync()
      return error
    }
  }
}

extension ViewsDirectory {
  fileprivate func settle(_ views: Views, form: String, _ ledger: Ledger, at instant: Int64) throws(StoreError) {
    try asStoreError {
      try mark(views.number, form: form, clean: false)
      do throws(LMDBError) { try ledger.settle(at: instant) } catch  where error.code == .mapFull {
        throw StoreError.mapFull(.ledger, bytes: ledger.mapBytes)
      }
    }
  }
}
