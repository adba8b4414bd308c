import CLMDB
import Glibc
import Synchronization

/// An LMDB environment: one directory, one file, named tables. Any thread may use it. It closes when its last reference
/// is gone; an open transaction holds one.
///
/// Never use it after `fork`, and keep its directory on a local file system.
public final class Environment: Sendable {
  /// How an environment is opened.
  public struct Options: Sendable {
    /// The most that the file may grow to, in bytes; address space only, the file stays sparse.
    public var mapSize = 64 << 30
    /// The most read transactions open at a time, over all processes.
    public var maxReaders = 126
    /// Whether a commit is flushed to the disk before it returns (`false`: `MDB_NOSYNC`; only `sync()` makes durable).
    public var sync = true
    /// Whether write transactions are refused and missing tables are an error.
    public var isReadOnly = false
    /// Whether readers are entered in the lock file. With `false` (`MDB_NOLOCK`) there is no lock file, and the caller
    /// sees to it that nobody writes while the environment is open.
    public var usesLockFile = true
    /// The permissions of files that are created.
    public var fileMode: UInt32 = 0o600

    public init() {}
  }

  private static let identities = Atomic<UInt64>(0)

  /// The directory, as it was given.
  public let path: String
  let store: Store
  let identity: UInt64
  private let tables: [String: Table]
  let spans = SpanLedger()
  private let writingThread = Atomic<UInt>(0)

  /// Opens the environment in an existing directory and every named table, in one transaction; tables that are missing
  /// are created unless it is read only.
  ///
  /// Throws `.system(EBUSY)` when this process has the directory open, by whatever path, `.system` for what the file
  /// system refuses, `.invalid`, `.versionMismatch` or `.corrupted` for a file that LMDB cannot read, and
  /// `.badDatabase` for a missing table of an environment that is read only.
  public init(path: String, tables names: [String], options: Options = Options()) throws(LMDBError) {
    let identity = Self.identities.wrappingAdd(1, ordering: .relaxed).newValue
    let store = try Store(path: path)
    try store.open(path: path, tableCount: names.count, options: options)
    self.tables = try store.openTables(names, identity: identity, isReadOnly: options.isReadOnly, path: path)
    self.store = store
    self.identity = identity
    self.path = path
  }

  /// One of the tables named at opening; throws `.badDatabase` for any other.
  public func table(_ name: String) throws(LMDBError) -> Table {
    guard let table = tables[name] else {
      throw LMDBError(.badDatabase, "mdb_dbi_open", "\(path) was opened without the table \(name)")
    }
    return table
  }

  /// Lends one snapshot to `body` and releases it. Keep it short: a snapshot pins every page freed since it was taken.
  ///
  /// Throws `.readersFull` when no reader slot is free, and what `body` throws.
  public func read<R: ~Copyable>(
    _ body: (borrowing ReadTransaction) throws(LMDBError) -> R
  ) throws(LMDBError) -> R {
    let transaction = try beginRead()
    return try body(transaction)
  }

  /// A snapshot of the last commit, released when the caller drops it; throws `.readersFull` when no slot is free.
  public func beginRead() throws(LMDBError) -> ReadTransaction {
    let pointer = try unsafe store.beginTransaction(flags: MDB_RDONLY, path: path)
    return unsafe ReadTransaction(TransactionCore(pointer: pointer, environment: self))
  }

  /// Waits for the one write transaction of the environment. It must be used and ended on the thread that began it.
  ///
  /// Throws `.badTransaction` when this thread has one open (LMDB would wait for ever) and `.system(EACCES)` when the
  /// environment is read only.
  @available(*, noasync)
  public func beginWrite() throws(LMDBError) -> WriteTransaction {
    try refuseWhileWriting("mdb_txn_begin")
    let pointer = try unsafe store.beginTransaction(flags: 0, path: path)
    writingThread.store(pthread_self(), ordering: .relaxed)
    return unsafe WriteTransaction(TransactionCore(pointer: pointer, environment: self))
  }

  /// Commits what `body` wrote, or aborts when it throws. After an error of the commit itself the outcome is unknown.
  @available(*, noasync)
  public func write<R>(_ body: (borrowing WriteTransaction) throws(LMDBError) -> R) throws(LMDBError) -> R {
    let transaction = try beginWrite()
    let result = try body(transaction)
    try transaction.commit()
    return result
  }

  /// Clears the mark of the thread that writes. Call it before LMDB releases the write lock: afterwards it would clear
  /// the next writer's mark.
  func endsWriting() {
    writingThread.store(0, ordering: .relaxed)
  }

  /// Throws `.badTransaction` when this thread has a write transaction open.
  func refuseWhileWriting(_ operation: String) throws(LMDBError) {
    guard writingThread.load(ordering: .relaxed) != pthread_self() else {
      throw LMDBError(.badTransaction, operation, "\(path): this thread has a write transaction open; end it first")
    }
  }
}
