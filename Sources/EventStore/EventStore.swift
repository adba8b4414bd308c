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
  /// An import had been interrupted: what it had written was taken away again, and the ledger is empty.
  public let wasImportAbandoned: Bool
  /// How far the ledger and the views may grow, each, in bytes.
  public let mapBytes: Int
  /// What is not needed any more and not overwritten yet.
  public let freed: FreedFiles
  private let live: Mutex<Views>
  private let tables: [String]
  private let lock: Int32
  let holding: Holding
  let viewsDirectory: ViewsDirectory
  let form: String
  /// Why what is to be written first is put off; nil when it is written.
  let unsettled: Mutex<StoreError?>
  /// The views do not belong to the ledger any more: they are not to be marked as closed in order.
  let areViewsDistrusted = Mutex(false)

  /// Opens the data directory, or makes a new one.
  ///
  /// - Parameters:
  ///   - tables: the tables of the projections.
  ///   - form: names the projections and their versions; views of another form are thrown away.
  ///   - isDemo: what a new ledger is marked as; an existing one keeps its mark, and a real one is not opened as a demo.
  ///   - mapBytes: as the property; a file that is larger already is opened, and grows no more.
  ///   - known: what says outside the directory that there was a ledger; then none is made.
  /// - Throws: `StoreError`; when the views were believed and the ledger is shorter or different, nothing is changed.
  public init(
    _ directory: String, tables: [String], form: String, isDemo: Bool, now: Int64,
    mapBytes: Int = EventStore.mapBytesDefault, known: [String] = []
  ) throws(StoreError) {
    self.directory = directory
    self.mapBytes = mapBytes
    let form = "\(Views.form), \(form)"
    self.form = form
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
        // Before anything else is opened: their lock keeps out whoever found no other.
        let keys = try Keys(directory + "/keys")
        if let fault = Self.lockFault(directory + "/ledger") { throw fault }
        let ledger = try Ledger(directory + "/ledger", mapBytes: mapBytes)
        let holding = try Holding(lock: lock, directory)
        let wasImportAbandoned = try ledger.isImporting()
        if wasImportAbandoned {
          // The views first: they are of the ledger that the import replaced.
          try viewsDirectory.distrust()
          try ledger.abandonImport()
        }
        if isDemo, !ledger.isDemo { throw StoreError.notADemo(directory: directory) }
        try freed.resume()
        let views = try Self.openViews(viewsDirectory, tables, form, ledger, freed, now: now)
        try ledger.environment.clearStaleReaders()
        try views.environment.clearStaleReaders()
        let unsettled = try Self.settleAtStart(viewsDirectory, views, form: form, ledger, at: now)
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
  }

  deinit {
    freed.stop()
    Glibc.close(lock)
  }

  /// The views that answer now. Take them once for a question: they may be replaced at any time, and old ones answer as
  /// long as they are held, but learn nothing any more.
  public var views: Views { live.withLock { $0 } }

  /// Gives keys of before 0.3.0 a new master key. Once the start is not refused any more: there is no way back from it.
  public func renewKeys() throws(StoreError) { try keys.renew() }

  /// Empty views beside the live ones, to be filled by `catchUp` and made live by `replaceViews`.
  ///
  /// - Parameter now: when their building begins; every key that was forgotten before is unknown to them.
  public func makeViews(now: Int64) throws(StoreError) -> Views {
    try asStoreError { try Self.makeViews(viewsDirectory, tables, now: now, mapBytes: mapBytes) }
  }

  /// Makes views that have reached the end of the ledger the live ones, and removes the others from the directory; who
  /// still reads in those reads on. Called between two batches, on the thread that writes.
  ///
  /// - Parameter stepped: called after each flush, of which one may take long.
  public func replaceViews(with views: Views, stepped: () -> Void = {}) throws(StoreError) {
    try asStoreError {
      let reached = try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
      guard try reached == ledger.position() else {
        throw StoreError.unexpected("views that are behind the ledger cannot answer")
      }
      try viewsDirectory.mark(views.number, form: form, clean: false)
      stepped()
      try viewsDirectory.setCurrent(views.number)
      stepped()
      let old = live.withLock { live in
        defer { live = views }
        return live
      }
      areViewsDistrusted.withLock { $0 = false }
      try free(old)
      try viewsDirectory.removeOthers(than: views.number, into: freed)
    }
  }

  /// Takes back views that did not get to answer.
  public func discard(_ views: Views) throws(StoreError) {
    guard holding.isHeld else { return }
    try asStoreError { try free(views) }
  }

  private func free(_ views: Views) throws(FileError) {
    // Views that cannot be read any more may be older than anything.
    let built = try? views.environment.read { transaction throws(LMDBError) in
      FreedFiles.Built(at: try views.builtAt(transaction), after: try views.builtAfter(transaction))
    }
    try freed.take(views.path, built: built ?? .unknown, environment: views.environment)
  }

  /// Takes what killed processes have left in the data directory.
  public func freeLeftovers() throws(StoreError) { try ScratchDirectory.removeLeftovers(in: directory, into: freed) }

  /// One group of commands: everything appended to it is committed together, or nothing is.
  @available(*, noasync)
  public func beginBatch() throws(StoreError) -> Batch {
    try requireSettled()
    let ledger: WriteTransaction
    do throws(LMDBError) { ledger = try self.ledger.environment.beginWrite() } catch { throw .storage(error) }
    let head = try self.ledger.head(ledger)
    let live = views
    do throws(LMDBError) {
      return Batch(store: self, live: live, ledger: ledger, views: try live.environment.beginWrite(), head: head)
    } catch {
      throw .storage(error)
    }
  }

  /// The views are not to be believed any more, by nobody who opens them later.
  public func distrustViews() { if holding.isHeld { unlink(viewsDirectory.state) } }

  /// The same, durably, until others answer: the ledger is about to become another.
  func distrustViewsForGood() throws(StoreError) {
    try asStoreError { try viewsDirectory.distrust() }
    areViewsDistrusted.withLock { $0 = true }
  }

  /// Flushes the views and marks them clean. Call it once, after the last batch.
  ///
  /// When they cannot be flushed they are not believed any more, by no later start: the system has forgotten then what it
  /// could not write, and the next flush would go well without it.
  public func close() throws(StoreError) {
    // Of a store that was never settled nothing was written, and the views are what they were.
    if areViewsDistrusted.withLock({ $0 }) || !isSettled { return }
    try requireHolding()
    let views = views
    try asStoreError {
      do throws(LMDBError) { try views.environment.sync() } catch {
        try viewsDirectory.distrust()
        throw error
      }
      try viewsDirectory.mark(views.number, form: form, clean: true)
    }
  }

  /// Frees what readers of other processes held when they died, and says how many there were; they would pin every page
  /// that is freed from then on.
  public func clearStaleReaders() throws(StoreError) -> Int {
    try asStoreError { try ledger.environment.clearStaleReaders() + views.environment.clearStaleReaders() }
  }

  /// Free bytes where the ledger lies.
  public func freeBytes() throws(StoreError) -> Int { try room().freeBytes }

  /// The same, and whether the file system is mounted to be read only.
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
    _ directory: ViewsDirectory, _ tables: [String], _ form: String, _ ledger: Ledger, _ freed: FreedFiles, now: Int64
  ) throws -> Views {
    if let number = try directory.currentNumber() {
      switch try directory.trust(number, form: form) {
      case .trusted:
        // Marked as being written when the store is settled, before the first write.
        if let views = try readable(directory, number, tables: tables, ledger), try areFlushed(views, directory) {
          try directory.removeOthers(than: number, into: freed)
          return views
        }
      case .otherForm: _ = try readable(directory, number, tables: [], ledger)
      case .no: break
      }
    }
    let views: Views
    do { views = try makeViews(directory, tables, now: now, mapBytes: ledger.mapBytes) } catch {
      guard StoreError(error).refusesGrowth, let old = try clearedViews(directory, tables, ledger) else { throw error }
      views = old
    }
    do throws(FileError) {
      try directory.mark(views.number, form: form, clean: false)
      try directory.setCurrent(views.number)
    } catch  where error.refusesGrowth {
      // Then they serve this once: without STATE no start believes them.
      try directory.distrust()
    }
    try directory.removeOthers(than: views.number, into: freed)
    return views
  }

  /// The largest of the views that are not believed, emptied where they lie: what is wanted, blocks and inodes, they have.
  /// Their pages still tell of everybody until they are written over; as views that are older than any erasure they are
  /// scrubbed as soon as others can be made beside them. Nil when there are none, or another process reads in them.
  private static func clearedViews(_ directory: ViewsDirectory, _ tables: [String], _ ledger: Ledger) throws -> Views? {
    guard let number = try directory.largestNumber() else { return nil }
    let path = directory.path(number)
    guard try ReaderLock(path).isHeld else { return nil }
    // Or it might be taken to speak of the new ones.
    try directory.distrust()
    try Environment.clear(path)
    let views = try Views(path, number: number, tables: tables, mapBytes: ledger.mapBytes)
    try views.environment.write { transaction throws(LMDBError) in try views.setBuilt(at: .min, transaction) }
    return views
  }

  /// Whether nothing of what a killed process wrote in the views is lost already. The system may have failed to write it
  /// since, which it says to whoever flushes next, and then forgets.
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

  /// Views that are whole, checked against the ledger; nil when LMDB cannot make sense of their file, which is a cache
  /// and is built anew then.
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
      // On a disk that is full it would keep what is wanted elsewhere; whoever comes next removes it, too.
      try? Files.removeDirectory(path)
      throw error
    }
  }

  /// The views are a witness: what they have seen must be in the ledger, and be the same there.
  private static func check(_ ledger: Ledger, against views: Views) throws {
    guard let reached = try views.environment.read({ transaction throws(LMDBError) in try views.reached(transaction) })
    else { return }
    let end = try ledger.position()
    guard reached.position <= end else { throw StoreError.ledgerBehindViews(seen: reached.position, ledger: end) }
    guard try ledger.leafHash(at: reached.position) == reached.leaf else {
      throw StoreError.ledgerDiffers(at: reached.position)
    }
  }
}
