import CLMDB
import Glibc

/// An open `MDB_env` and the claim on its directory; dropped, it closes the environment first, then gives up the claim.
@safe
struct Store: ~Copyable, @unchecked Sendable {  // LMDB allows an MDB_env to be used from any thread.
  let pointer: OpaquePointer
  private let claim: DirectoryClaim

  init(path: String) throws(LMDBError) {
    let claim = try DirectoryClaim(path: path)
    var created: OpaquePointer?
    try unsafe check(mdb_env_create(&created), "mdb_env_create", path)
    guard let pointer = unsafe created else { throw LMDBError(.panic, "mdb_env_create", path) }
    unsafe self.pointer = pointer
    self.claim = claim
  }

  deinit {
    unsafe mdb_env_close(pointer)
  }

  /// Call it once, before anything else.
  func open(path: String, tableCount: Int, options: Environment.Options) throws(LMDBError) {
    guard options.mapSize > 0 else {
      throw LMDBError(.system(EINVAL), "mdb_env_set_mapsize", "mapSize must be positive")
    }
    let readersMaximum = UInt32(clamping: options.maxReaders)
    try unsafe check(mdb_env_set_mapsize(pointer, options.mapSize), "mdb_env_set_mapsize", path)
    try unsafe check(mdb_env_set_maxreaders(pointer, readersMaximum), "mdb_env_set_maxreaders", path)
    try unsafe check(mdb_env_set_maxdbs(pointer, UInt32(clamping: tableCount)), "mdb_env_set_maxdbs", path)
    var flags = MDB_NOTLS
    if !options.sync { flags |= MDB_NOSYNC }
    if options.isReadOnly { flags |= MDB_RDONLY }
    if !options.usesLockFile { flags |= MDB_NOLOCK }
    if options.usesLockFile { try LockFile.takeRoom(in: path, readers: options.maxReaders) }
    try unsafe check(mdb_env_open(pointer, path, UInt32(flags), options.fileMode), "mdb_env_open", path)
    // LMDB opens its data file in a way that every program which this process starts would inherit.
    var descriptor: Int32 = -1
    try unsafe check(mdb_env_get_fd(pointer, &descriptor), "mdb_env_get_fd", path)
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw LMDBError(.system(errno), "fcntl", path) }
  }

  func beginTransaction(flags: Int32, path: String) throws(LMDBError) -> OpaquePointer {
    var begun: OpaquePointer?
    try unsafe check(mdb_txn_begin(pointer, nil, UInt32(flags), &begun), "mdb_txn_begin", path)
    guard let begun = unsafe begun else { throw LMDBError(.panic, "mdb_txn_begin", path) }
    return unsafe begun
  }

  /// Opens all tables in one transaction, because LMDB forbids two that open tables at the same time.
  func openTables(
    _ names: [String], identity: UInt64, isReadOnly: Bool, path: String
  ) throws(LMDBError) -> [String: Table] {
    let transaction = try unsafe beginTransaction(flags: isReadOnly ? MDB_RDONLY : 0, path: path)
    var tables: [String: Table] = [:]
    for name in names {
      var dbi: UInt32 = 0
      let status = unsafe mdb_dbi_open(transaction, name, isReadOnly ? 0 : UInt32(MDB_CREATE), &dbi)
      guard status == MDB_SUCCESS else {
        unsafe mdb_txn_abort(transaction)
        guard status != MDB_NOTFOUND else {
          throw LMDBError(.badDatabase, "mdb_dbi_open", "\(path) has no table \(name) and is opened read only")
        }
        throw LMDBError(LMDBError.Code(status: status), "mdb_dbi_open", "\(path), table \(name)")
      }
      tables[name] = Table(name: name, dbi: dbi, environmentIdentity: identity)
    }
    try unsafe check(mdb_txn_commit(transaction), "mdb_txn_commit", path)
    return tables
  }
}
