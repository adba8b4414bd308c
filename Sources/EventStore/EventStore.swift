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
  private let live: Mutex<Views>
  private let tables: [String]
  private let lock: Int32
  private let viewsDirectory: ViewsDirectory
  private let form: String
  /// The views do not belong to the ledger any more: they are not to be marked as closed in order.
  let areViewsDistrusted = Mutex(false)

  /// Opens the data directory, or makes a new one.
  ///
  /// - Parameters:
  ///   - tables: the tables of the projections.
  ///   - form: names the projections and their versions; views of another form are thrown away.
  /// - isDemo: what a new ledger is marked as; an existing one keeps its mark, and a real one is not opened as a demo.
  /// - Throws: `StoreError`; when the views were believed and the ledger is shorter or different, nothing is changed.
  public init(_ directory: String, tables: [String], form: String, isDemo: Bool, now: Int64) throws(StoreError) {
    self.directory = directory
    let form = "\(Views.form), \(form)"
    self.form = form
    self.tables = tables
    viewsDirectory = ViewsDirectory(data: directory)
    let viewsDirectory = viewsDirectory
    let opened = try asStoreError {
      try Files.makeDirectories(directory)
      let lock = try Self.lock(directory)
      do {
        try Restoration.removeLeftovers(in: directory)
        if !Files.exists(directory + "/ledger") {
          // Views come after the ledger: where they are, it was lost, and a new one would only hide that.
          if Files.exists(viewsDirectory.current) { throw StoreError.ledgerMissing(path: directory + "/ledger") }
          try Keys.create(directory + "/keys")
          try Ledger.create(directory + "/ledger", isDemo: isDemo)
        } else if !Files.exists(directory + "/ledger/data.mdb") {
          throw StoreError.ledgerMissing(path: directory + "/ledger/data.mdb")
        }
        let ledger = try Ledger(directory + "/ledger")
        let wasImportAbandoned = try ledger.isImporting()
        if wasImportAbandoned {
          // The views first: they are of the ledger that the import replaced.
          try viewsDirectory.distrust()
          try ledger.abandonImport()
        }
        if isDemo, !ledger.isDemo { throw StoreError.notADemo(directory: directory) }
        let keys = try Keys(directory + "/keys")
        let views = try Self.openViews(viewsDirectory, tables, form, ledger, now: now)
        try ledger.environment.clearStaleReaders()
        try views.environment.clearStaleReaders()
        try ledger.settle(at: now)
        return (
          lock: lock, ledger: ledger, keys: keys, views: views, wasImportAbandoned: wasImportAbandoned
        )
      } catch {
        Glibc.close(lock)
        throw error
      }
    }
    lock = opened.lock
    ledger = opened.ledger
    keys = opened.keys
    wasImportAbandoned = opened.wasImportAbandoned
    live = Mutex(opened.views)
  }

  deinit { Glibc.close(lock) }

  /// The views that answer now. Take them once for a question: they may be replaced at any time, and old ones answer as
  /// long as they are held, but learn nothing any more.
  public var views: Views { live.withLock { $0 } }

  /// Empty views beside the live ones, to be filled by `catchUp` and made live by `replaceViews`.
  ///
  /// - Parameter now: when their building begins; every key that was forgotten before is unknown to them.
  public func makeViews(now: Int64) throws(StoreError) -> Views {
    try asStoreError { try Self.makeViews(viewsDirectory, tables, now: now) }
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
      live.withLock { $0 = views }
      areViewsDistrusted.withLock { $0 = false }
      try viewsDirectory.removeOthers(than: views.number)
    }
  }

  /// Takes back views that did not get to answer.
  public func discard(_ views: Views) throws(StoreError) {
    try asStoreError { try Files.removeDirectory(views.path) }
  }

  /// One group of commands: everything appended to it is committed together, or nothing is.
  @available(*, noasync)
  public func beginBatch() throws(StoreError) -> Batch {
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
  public func distrustViews() { unlink(viewsDirectory.state) }

  /// The same, durably, until others answer: the ledger is about to become another.
  func distrustViewsForGood() throws(StoreError) {
    try asStoreError { try viewsDirectory.distrust() }
    areViewsDistrusted.withLock { $0 = true }
  }

  /// Flushes the views and marks them clean. Call it once, after the last batch.
  public func close() throws(StoreError) {
    if areViewsDistrusted.withLock({ $0 }) { return }
    let views = views
    try asStoreError {
      try views.environment.sync()
      try viewsDirectory.mark(views.number, form: form, clean: true)
    }
  }

  /// Frees what readers of other processes held when they died, and says how many there were; they would pin every page
  /// that is freed from then on.
  public func clearStaleReaders() throws(StoreError) -> Int {
    try asStoreError { try ledger.environment.clearStaleReaders() + views.environment.clearStaleReaders() }
  }

  /// Free bytes where the ledger lies.
  public func freeBytes() throws(StoreError) -> Int { try asStoreError { try Files.freeBytes(directory) } }

  static func lock(_ directory: String) throws -> Int32 {
    let descriptor = try Files.open(directory + "/lock", O_RDWR | O_CREAT)
    var tries = 1
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      // A process that somebody forked holds it, too, for the moment before it becomes another program.
      if code == EWOULDBLOCK, tries < 25 {
        tries += 1
        usleep(20_000)
        continue
      }
      Glibc.close(descriptor)
      throw code == EWOULDBLOCK
        ? StoreError.inUse(directory: directory)
        : StoreError.file(FileError(operation: "lock", path: directory + "/lock", code: code))
    }
    return descriptor
  }

  private static func openViews(
    _ directory: ViewsDirectory, _ tables: [String], _ form: String, _ ledger: Ledger, now: Int64
  ) throws -> Views {
    if let number = try directory.currentNumber() {
      switch try directory.trust(number, form: form) {
      case .trusted:
        if let views = try readable(directory, number, tables: tables, ledger) {
          try directory.mark(number, form: form, clean: false)
          try directory.removeOthers(than: number)
          return views
        }
      case .otherForm: _ = try readable(directory, number, tables: [], ledger)
      case .no: break
      }
    }
    let views = try makeViews(directory, tables, now: now)
    try directory.mark(views.number, form: form, clean: false)
    try directory.setCurrent(views.number)
    try directory.removeOthers(than: views.number)
    return views
  }

  /// Views that are whole, checked against the ledger; nil when LMDB cannot make sense of their file, which is a cache
  /// and is built anew then.
  private static func readable(
    _ directory: ViewsDirectory, _ number: Int, tables: [String], _ ledger: Ledger
  ) throws -> Views? {
    do {
      let views = try Views(directory.path(number), number: number, tables: tables)
      try check(ledger, against: views)
      return views
    } catch let error as LMDBError where error.code.isDamage {
      return nil
    }
  }

  private static func makeViews(_ directory: ViewsDirectory, _ tables: [String], now: Int64) throws -> Views {
    let number = try directory.nextNumber()
    try Files.makeDirectory(directory.path(number))
    let views = try Views(directory.path(number), number: number, tables: tables)
    try views.environment.write { transaction throws(LMDBError) in try views.setBuilt(at: now, transaction) }
    try views.environment.sync()
    return views
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
