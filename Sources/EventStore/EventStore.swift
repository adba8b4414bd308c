import EventSourcing
import LMDB
import MerkleTree

import Glibc
import Synchronization

/// A data directory: the ledger, the views and the keys, opened together and checked against each other.
public final class EventStore: Sendable {
  public let directory: String
  public let ledger: Ledger
  public let keys: Keys
  /// Whether an interrupted import was found: what it had written was removed, and the ledger is empty again.
  public let wasImportAbandoned: Bool
  /// The most that the ledger and the views may each grow to, in bytes.
  public let mapBytes: Int
  /// The files that are not needed any more and not overwritten yet.
  public let freed: FreedFiles
  private let live: Mutex<Views>
  /// What is recorded, for the thread that writes: the views, and what they do not have yet.
  public let recorded: RecordedStreams
  private let tables: [String]
  private let lock: Int32
  let holding: Holding
  let viewsDirectory: ViewsDirectory
  let schemaVersion: String
  /// Why the first writes of a start, those of `settle`, are put off; nil when they are done.
  let unsettled: Mutex<StoreError?>
  /// Whether the views no longer belong to the ledger, so that `close` must not mark them as clean.
  let areViewsDistrusted = Mutex(false)

  /// Opens the data directory, or makes a new one.
  ///
  /// - Parameters:
  ///   - tables: the tables of the projections.
  ///   - schemaVersion: names the projections and their schema versions; views with others are built anew.
  ///   - isDemo: what a new ledger is marked as; an existing one keeps its mark, and a real one is not opened as a
  ///     demo.
  ///   - now: in microseconds since 1970; the time at which the ledger is opened and new views are begun.
  ///   - mapBytes: as the property; a file that is larger already is opened, and grows no more.
  ///   - known: what outside the directory shows that there was a ledger; when there is any, no new one is made.
  /// - Throws: `StoreError`; when the views were believed and the ledger is shorter or different, nothing is changed.
  public init(
    _ directory: String, tables: [String], schemaVersion: String, isDemo: Bool, now: Int64,
    mapBytes: Int = EventStore.mapBytesDefault, known: [String] = []
  ) throws(StoreError) {
    self.directory = directory
    self.mapBytes = mapBytes
    let schemaVersion = "\(Views.schemaVersion), \(schemaVersion)"
    self.schemaVersion = schemaVersion
    self.tables = tables
    viewsDirectory = ViewsDirectory(data: directory)
    let viewsDirectory = viewsDirectory
    let freed = FreedFiles(in: directory)
    self.freed = freed
    let opened = try asStoreError {
      try Files.makeDirectories(directory)
      let lock = try Self.lock(directory)
      do {
        try Restoration.removeLeftovers(in: directory, into: freed)
        if !Files.exists(directory + "/ledger") {
          guard known.isEmpty else { throw StoreError.ledgerLost(path: directory + "/ledger", known: known) }
          try FirstStart.make(directory, isDemo: isDemo)
        } else if !Files.exists(directory + "/ledger/data.mdb") {
          throw StoreError.ledgerMissing(
            path: directory + "/ledger/data.mdb", there: try FirstStart.traces(of: directory))
        }
        // The keys are opened first: their lock keeps out a process for which the directory's own lock was removed.
        let keys = try Keys(directory + "/keys")
        if let fault = Self.lockFault(directory + "/ledger") { throw fault }
        let ledger = try Ledger(directory + "/ledger", mapBytes: mapBytes)
        let holding = try Holding(lock: lock, directory)
        let wasImportAbandoned = try ledger.isImporting()
        if wasImportAbandoned {
          // The views are distrusted first, because they show the ledger that the import had begun to replace.
          try viewsDirectory.distrust()
          try ledger.abandonImport()
        }
        if isDemo, !ledger.isDemo { throw StoreError.notADemo(directory: directory) }
        try freed.resume()
        let views = try Self.openViews(viewsDirectory, tables, schemaVersion, ledger, freed, now: now)
        try ledger.environment.clearStaleReaders()
        try views.environment.clearStaleReaders()
        let unsettled = try Self.settleAtStart(viewsDirectory, views, schemaVersion: schemaVersion, ledger, at: now)
        return (
          lock: lock, ledger: ledger, keys: keys, views: views, wasImportAbandoned: wasImportAbandoned,
          holding: holding, unsettled: unsettled
        )
      } catch {
        freed.stop()
        Glibc.close(lock)
        throw error
      }
    }
    lock = opened.lock
    ledger = opened.ledger
    keys = opened.keys
    wasImportAbandoned = opened.wasImportAbandoned
    holding = opened.holding
    unsettled = Mutex(opened.unsettled)
    live = Mutex(opened.views)
    recorded = RecordedStreams(over: opened.views)
  }

  deinit {
    freed.stop()
    Glibc.close(lock)
  }

  /// The live views. Take them once for a question: they may be replaced at any time. Replaced ones can be read as long
  /// as they are held, but get no more events.
  public var views: Views { live.withLock { $0 } }

  /// Gives keys of before 0.3.0 a new master key. Call it when the start can be refused no more: it cannot be undone.
  public func renewKeys() throws(StoreError) { try keys.renew() }

  /// Empty views beside the live ones, to be filled by `catchUp` and made live by `replaceViews`.
  ///
  /// - Parameter now: when their building begins, in microseconds since 1970; what was erased before never gets in.
  public func makeViews(now: Int64) throws(StoreError) -> Views {
    try asStoreError { try Self.makeViews(viewsDirectory, tables, now: now, mapBytes: mapBytes) }
  }

  /// Makes views whose position is the end of the ledger the live ones, and removes the others from the directory;
  /// whoever still reads in those reads on. Call it between two batches, on the thread that writes.
  ///
  /// - Parameter stepped: called after each flush, because one may take long.
  /// - Throws: `StoreError.unexpected` for views that are behind the ledger.
  public func replaceViews(with views: Views, stepped: () -> Void = {}) throws(StoreError) {
    try asStoreError {
      let reached = try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
      guard try reached == ledger.position() else {
        throw StoreError.unexpected("views that are behind the ledger cannot answer")
      }
      try viewsDirectory.mark(views.number, schemaVersion: schemaVersion, clean: false)
      stepped()
      try viewsDirectory.setCurrent(views.number)
      stepped()
      let old = live.withLock { live in
        defer { live = views }
        return live
      }
      recorded.follow(views)
      areViewsDistrusted.withLock { $0 = false }
      try free(old)
      try viewsDirectory.removeOthers(than: views.number, into: freed)
    }
  }

  /// Frees views that were made and did not become the live ones.
  public func discard(_ views: Views) throws(StoreError) {
    guard holding.isHeld else { return }
    try asStoreError { try free(views) }
  }

  private func free(_ views: Views) throws(FileError) {
    // Views that cannot be read any more count as begun before every erasure.
    let built = try? views.environment.read { transaction throws(LMDBError) in
      FreedFiles.Built(at: try views.builtAt(transaction), after: try views.builtAfter(transaction))
    }
    try freed.take(views.path, built: built ?? .unknown, environment: views.environment)
  }

  /// Frees the scratch directories that killed processes have left in the data directory.
  public func freeLeftovers() throws(StoreError) { try ScratchDirectory.removeLeftovers(in: directory, into: freed) }

  /// One group of commands: everything appended to it is committed together, or nothing is.
  @available(*, noasync)
  public func beginBatch() throws(StoreError) -> Batch {
    try requireSettled()
    // What a group before it has left that was not committed.
    recorded.revert()
    let ledger: WriteTransaction
    do throws(LMDBError) { ledger = try self.ledger.environment.beginWrite() } catch { throw .storage(error) }
    return Batch(store: self, ledger: ledger, head: try self.ledger.head(ledger))
  }

  /// Removes the views' `STATE`, without a flush: a later start that finds none does not believe them.
  public func distrustViews() { if holding.isHeld { unlink(viewsDirectory.state) } }

  /// The same, durable when it returns, and `close` does not mark the views as clean: an import is about to replace the
  /// ledger.
  func distrustViewsForGood() throws(StoreError) {
    try asStoreError { try viewsDirectory.distrust() }
    areViewsDistrusted.withLock { $0 = true }
  }

  /// Flushes the views and marks them clean. Call it once, after the last batch.
  ///
  /// When the flush fails, no later start believes the views: the kernel drops what it could not write, and the next
  /// flush would succeed without it.
  public func close() throws(StoreError) {
    // A store that was never settled has written nothing, so its views are still marked as they were.
    if areViewsDistrusted.withLock({ $0 }) || !isSettled { return }
    try requireHolding()
    let views = views
    try asStoreError {
      do throws(LMDBError) { try views.environment.sync() } catch {
        try viewsDirectory.distrust()
        throw error
      }
      try viewsDirectory.mark(views.number, schemaVersion: schemaVersion, clean: true)
    }
  }

  /// Frees the reader slots of processes that died, and returns how many there were. Such a slot keeps every page that
  /// was freed since from being used again.
  public func clearStaleReaders() throws(StoreError) -> Int {
    try asStoreError { try ledger.environment.clearStaleReaders() + views.environment.clearStaleReaders() }
  }

  /// Free bytes on the file system of the data directory, for an account without privileges.
  public func freeBytes() throws(StoreError) -> Int { try room().freeBytes }

  /// The same, and whether the file system is mounted read only.
  public func room() throws(StoreError) -> (freeBytes: Int, isReadOnly: Bool) {
    try asStoreError { try Files.room(directory) }
  }

  static func lock(_ directory: String) throws -> Int32 {
    let path = directory + "/lock"
    let descriptor = try Files.open(path, O_RDWR | O_CREAT)
    do {
      guard try Files.lock(descriptor, path) else { throw StoreError.inUse(directory: directory) }
      return descriptor
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  private static func openViews(
    _ directory: ViewsDirectory, _ tables: [String], _ schemaVersion: String, _ ledger: Ledger, _ freed: FreedFiles,
    now: Int64
  ) throws -> Views {
    if let number = try directory.currentNumber() {
      switch try directory.trust(number, schemaVersion: schemaVersion) {
      case .trusted:
        // `settle` marks them as being written, before the first write.
        if let views = try readable(directory, number, tables: tables, ledger), try areFlushed(views, directory) {
          try directory.removeOthers(than: number, into: freed)
          return views
        }
      case .otherSchema: _ = try readable(directory, number, tables: [], ledger)
      case .no: break
      }
    }
    let views: Views
    do { views = try makeViews(directory, tables, now: now, mapBytes: ledger.mapBytes) } catch {
      guard StoreError(error).refusesGrowth, let old = try clearedViews(directory, tables, ledger) else { throw error }
      views = old
    }
    do throws(FileError) {
      try directory.mark(views.number, schemaVersion: schemaVersion, clean: false)
      try directory.setCurrent(views.number)
    } catch  where error.refusesGrowth {
      // The disk is full: the views serve this one run, because without `STATE` no start believes them.
      try directory.distrust()
    }
    try directory.removeOthers(than: views.number, into: freed)
    return views
  }

  /// The largest of the views that are not believed, emptied in place: they have the blocks and inodes that a full disk
  /// does not give. Until their pages are written over, they hold personal data; so they count as begun before every
  /// erasure, and are scrubbed as soon as others fit beside them. Nil when there are none, or a process reads in them.
  private static func clearedViews(_ directory: ViewsDirectory, _ tables: [String], _ ledger: Ledger) throws -> Views? {
    guard let number = try directory.largestNumber() else { return nil }
    let path = directory.path(number)
    guard try ReaderLock(path).isHeld else { return nil }
    // Otherwise a start might take `STATE` to speak of the emptied views.
    try directory.distrust()
    try Environment.clear(path)
    // What was durable may be of another ledger, of which they are no witness any more.
    if unlink(DurableMark.path(in: path)) != 0, errno != ENOENT {
      throw Files.failure("unlink", DurableMark.path(in: path))
    }
    let views = try Views(path, number: number, tables: tables, mapBytes: ledger.mapBytes)
    try views.environment.write { transaction throws(LMDBError) in try views.setBuilt(at: .min, transaction) }
    return views
  }

  /// Flushes views that a killed process left, and returns whether that succeeded. When the kernel could not write a
  /// page since, it tells so only to the next flush.
  private static func areFlushed(_ views: Views, _ directory: ViewsDirectory) throws -> Bool {
    if try directory.isMarkedClean() { return true }
    do throws(LMDBError) {
      try views.environment.sync()
      return true
    } catch {
      try directory.distrust()
      return false
    }
  }

  /// Opens views and checks them against the ledger; nil when LMDB cannot make sense of their file. They are a cache,
  /// and are built anew then.
  private static func readable(
    _ directory: ViewsDirectory, _ number: Int, tables: [String], _ ledger: Ledger
  ) throws -> Views? {
    do {
      let views = try Views(directory.path(number), number: number, tables: tables, mapBytes: ledger.mapBytes)
      try check(ledger, against: views)
      return views
    } catch let error as LMDBError where error.code.isDamage {
      return nil
    }
  }

  private static func makeViews(
    _ directory: ViewsDirectory, _ tables: [String], now: Int64, mapBytes: Int
  ) throws -> Views {
    let number = try directory.nextNumber()
    let path = directory.path(number)
    do {
      try Files.makeDirectory(path)
      let views = try Views(path, number: number, tables: tables, mapBytes: mapBytes)
      try views.environment.write { transaction throws(LMDBError) in try views.setBuilt(at: now, transaction) }
      try views.environment.sync()
      try Files.sync(path)
      return views
    } catch {
      // On a full disk the half-made views would keep room that is needed elsewhere. If this fails, the next start
      // removes them.
      try? Files.removeDirectory(path)
      throw error
    }
  }

  /// What was wrong with the mark of what is durable, beside the views, when it was read at the start or written since; nil
  /// when nothing was.
  public var markFault: MarkFault? { views.durable.fault }

  /// The views are a witness: what they have seen, and what was durable beside them, must be in the ledger, and be the
  /// same there.
  private static func check(_ ledger: Ledger, against views: Views) throws {
    let applied = try views.environment.read { transaction throws(LMDBError) in try views.last(transaction) }
    // A mark that cannot be read says nothing, and `markFault` why.
    let seen = [applied, views.durable.read()].compactMap(\.self)
    let end = try ledger.position()
    if let furthest = seen.map(\.position).max(), furthest > end {
      throw StoreError.ledgerBehindViews(seen: furthest, ledger: end)
    }
    for witness in seen where try ledger.leafHash(at: witness.position) != witness.leaf {
      throw StoreError.ledgerDiffers(at: witness.position)
    }
  }
}
