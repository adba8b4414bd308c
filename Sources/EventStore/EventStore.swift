public import EventSourcing
public import LMDB
import MerkleTree

import Glibc

/// A data directory: the ledger, the views and the keys, opened together and checked against each other.
public final class EventStore: Sendable {
  /// Applies one record to the projections and says where it belongs.
  public typealias Apply = (
    _ record: [UInt8], _ position: Position, _ views: borrowing WriteTransaction
  ) throws -> Views.RecordKey

  public let directory: String
  public let ledger: Ledger
  public let keys: Keys
  public let views: Views
  private let lock: Int32
  private let viewsDirectory: ViewsDirectory
  private let form: String

  /// Opens the data directory, or makes a new one.
  ///
  /// - Parameters:
  ///   - tables: the tables of the projections.
  ///   - form: names the projections and their versions; views of another form are thrown away.
  /// - isDemo: what a new ledger is marked as; an existing one keeps its mark, and a real one is not opened as a demo.
  /// - Throws: `StoreError`; when the views were believed and the ledger is shorter or different, nothing is changed.
  public init(_ directory: String, tables: [String], form: String, isDemo: Bool, now: Int64) throws(StoreError) {
    self.directory = directory
    self.form = form
    viewsDirectory = ViewsDirectory(data: directory)
    let viewsDirectory = viewsDirectory
    let opened = try asStoreError {
      try Files.makeDirectories(directory)
      let lock = try Self.lock(directory)
      do {
        if !Files.exists(directory + "/ledger") {
          // Views come after the ledger: where they are, it was lost, and a new one would only hide that.
          if Files.exists(viewsDirectory.current) { throw StoreError.ledgerMissing(path: directory + "/ledger") }
          try Keys.create(directory + "/keys")
          try Ledger.create(directory + "/ledger", isDemo: isDemo)
        }
        let ledger = try Ledger(directory + "/ledger")
        if isDemo, !ledger.isDemo { throw StoreError.notADemo(directory: directory) }
        let keys = try Keys(directory + "/keys")
        let views = try Self.openViews(viewsDirectory, tables, form, ledger)
        try ledger.environment.clearStaleReaders()
        try views.environment.clearStaleReaders()
        try ledger.settle(at: now)
        return (lock: lock, ledger: ledger, keys: keys, views: views)
      } catch {
        Glibc.close(lock)
        throw error
      }
    }
    lock = opened.lock
    ledger = opened.ledger
    keys = opened.keys
    views = opened.views
  }

  deinit { Glibc.close(lock) }

  /// Brings the views up to the end of the ledger, at most 10,000 events to a commit. After a change of form that is a
  /// full rebuild.
  public func catchUp(progress: (Position) -> Void = { _ in }, _ apply: Apply) throws {
    while true {
      let reached = try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
      let records = try ledger.records(from: reached.next, limit: 10_000)
      guard let last = records.last else { break }
      let transaction = try views.environment.beginWrite()
      for (position, record) in records {
        let key = try apply(record, position, transaction)
        try views.index(key, at: position, transaction)
      }
      try views.reach(last.position, leaf: MerkleTree.leafHash(last.record).bytes, transaction)
      try transaction.commit()
      progress(last.position)
    }
  }

  /// One group of commands: everything appended to it is committed together, or nothing is.
  @available(*, noasync)
  public func beginBatch() throws(StoreError) -> Batch {
    let ledger: WriteTransaction
    do throws(LMDBError) { ledger = try self.ledger.environment.beginWrite() } catch { throw .storage(error) }
    let head = try self.ledger.head(ledger)
    do throws(LMDBError) {
      return Batch(store: self, ledger: ledger, views: try self.views.environment.beginWrite(), head: head)
    } catch {
      throw .storage(error)
    }
  }

  /// The views are not to be believed any more, by nobody who opens them later.
  func distrustViews() { unlink(viewsDirectory.state) }

  /// Flushes the views and marks them clean. Call it once, after the last batch.
  public func close() throws(StoreError) {
    try asStoreError {
      try views.environment.sync()
      try viewsDirectory.mark(views.number, form: form, clean: true)
    }
  }

  /// Free bytes where the ledger lies.
  public func freeBytes() throws(StoreError) -> Int { try asStoreError { try Files.freeBytes(directory) } }

  private static func lock(_ directory: String) throws -> Int32 {
    let descriptor = try Files.open(directory + "/lock", O_RDWR | O_CREAT)
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      Glibc.close(descriptor)
      throw code == EWOULDBLOCK
        ? StoreError.inUse(directory: directory)
        : StoreError.file(FileError(operation: "lock", path: directory + "/lock", code: code))
    }
    return descriptor
  }

  private static func openViews(
    _ directory: ViewsDirectory, _ tables: [String], _ form: String, _ ledger: Ledger
  ) throws -> Views {
    if let number = try directory.currentNumber() {
      switch try directory.trust(number, form: form) {
      case .trusted:
        let views = try Views(directory.path(number), number: number, tables: tables)
        try check(ledger, against: views)
        try directory.mark(number, form: form, clean: false)
        try directory.removeOthers(than: number)
        return views
      case .otherForm: try check(ledger, against: Views(directory.path(number), number: number, tables: []))
      case .no: break
      }
    }
    let number = try directory.nextNumber()
    try Files.makeDirectory(directory.path(number))
    let views = try Views(directory.path(number), number: number, tables: tables)
    try views.environment.sync()
    try directory.mark(number, form: form, clean: false)
    try directory.setCurrent(number)
    try directory.removeOthers(than: number)
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
