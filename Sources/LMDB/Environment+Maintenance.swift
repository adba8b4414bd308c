import CLMDB

extension Environment {
  /// What LMDB says of an environment at one moment (`MDB_envinfo`, `MDB_stat`).
  public struct Statistics: Hashable, Sendable {
    /// The most that the file may grow to, in bytes.
    public let mapSize: Int
    /// The size of a page in bytes.
    public let pageSize: Int
    /// The number of the last page in use, counted from 0.
    public let lastPage: Int
    /// The number of the last committed write transaction.
    public let lastTransaction: Int
    /// Read transactions open now in all processes, those of dead processes included until they are cleared.
    public let readersInUse: Int
    /// The most read transactions that can be open.
    public let readersMaximum: Int

    /// What the pages up to the last one take, in bytes.
    public var usedSize: Int { (lastPage + 1) * pageSize }
  }

  /// The figures of this moment. How many rows a table has, `Reading.count` says.
  public var statistics: Statistics {
    var info = unsafe MDB_envinfo()
    var stat = MDB_stat()
    unsafe mdb_env_info(store.pointer, &info)
    unsafe mdb_env_stat(store.pointer, &stat)
    var lines = 0
    unsafe mdb_reader_list(
      store.pointer,
      { _, context in
        unsafe context?.assumingMemoryBound(to: Int.self).pointee += 1
        return 0
      }, &lines)
    return unsafe Statistics(
      mapSize: info.me_mapsize, pageSize: Int(stat.ms_psize), lastPage: info.me_last_pgno,
      lastTransaction: info.me_last_txnid,
      // LMDB lists a heading and a line per reader, or a single line to say that there is none.
      readersInUse: max(0, lines - 1), readersMaximum: Int(info.me_maxreaders))
  }

  /// Flushes every commit so far to the disk; throws `.system(EACCES)` when the environment is read only.
  public func sync() throws(LMDBError) {
    try unsafe check(mdb_env_sync(store.pointer, 1), "mdb_env_sync", path)
  }

  /// Frees the slots of readers whose process is dead, and says how many there were.
  @discardableResult
  public func clearStaleReaders() throws(LMDBError) -> Int {
    var dead: Int32 = 0
    try unsafe check(mdb_reader_check(store.pointer, &dead), "mdb_reader_check", path)
    return Int(dead)
  }

  /// Writes a snapshot of the whole environment, a complete `data.mdb`, to a descriptor opened for writing, from the
  /// descriptor's offset on. Holds a read transaction for as long as that takes; the caller makes the copy durable.
  ///
  /// Throws `.system` for what the descriptor refuses and `.badTransaction` on a thread that has a write transaction
  /// open.
  public func copy(to descriptor: Int32) throws(LMDBError) {
    try refuseWhileWriting("mdb_env_copyfd2")
    try unsafe check(mdb_env_copyfd2(store.pointer, descriptor, 0), "mdb_env_copyfd2", path)
  }
}

extension Environment {
  /// By how many bytes the file may still grow beyond its size at the last commit.
  public var growthLeft: Int {
    var info = unsafe MDB_envinfo()
    var stat = MDB_stat()
    unsafe mdb_env_info(store.pointer, &info)
    unsafe mdb_env_stat(store.pointer, &stat)
    return unsafe info.me_mapsize - (info.me_last_pgno + 1) * Int(stat.ms_psize)
  }

  /// The bytes of freed pages that the next write transaction can reuse; reads LMDB's whole list of them.
  ///
  /// Throws `.readersFull` when no reader slot is free.
  public func freeBytes() throws(LMDBError) -> Int {
    var stat = MDB_stat()
    unsafe mdb_env_stat(store.pointer, &stat)
    return try beginRead().freePages() * Int(stat.ms_psize)
  }
}
