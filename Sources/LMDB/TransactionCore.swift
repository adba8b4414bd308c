import CLMDB

/// The calls on an `MDB_txn` that is open; the transaction types own its life and make the pointer impossible to
/// misuse.
@safe
struct TransactionCore {
  private let pointer: OpaquePointer
  let environment: Environment

  @unsafe
  init(pointer: OpaquePointer, environment: Environment) {
    unsafe self.pointer = pointer
    self.environment = environment
  }

  func commit() throws(LMDBError) {
    try unsafe check(mdb_txn_commit(pointer), "mdb_txn_commit", environment.path)
  }

  func abort() {
    unsafe mdb_txn_abort(pointer)
  }

  func get<R>(_ table: Table, _ key: Span<UInt8>, _ body: (Span<UInt8>) -> R) throws(LMDBError) -> R? {
    try validate(table, "mdb_get")
    try validate(key, of: table, "mdb_get")
    var value = unsafe MDB_val()
    let status = unsafe key.withMDBValue { unsafe mdb_get(pointer, table.dbi, $0, &value) }
    guard status != MDB_NOTFOUND else { return nil }
    try check(status, "mdb_get", table.name)
    return unsafe value.lend(body)
  }

  func scan(
    _ table: Table, from start: Span<UInt8>?, _ direction: Direction,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> ScanStep
  ) throws(LMDBError) {
    try validate(table, "mdb_cursor_get")
    if let start { try validate(start, of: table, "mdb_cursor_get") }
    var opened: OpaquePointer?
    try unsafe check(mdb_cursor_open(pointer, table.dbi, &opened), "mdb_cursor_open", table.name)
    guard let cursor = unsafe opened else { throw LMDBError(.panic, "mdb_cursor_open", table.name) }
    defer { unsafe mdb_cursor_close(cursor) }

    var key = unsafe MDB_val()
    var value = unsafe MDB_val()
    var status =
      switch (start, direction) {
      case (nil, .ascending): unsafe mdb_cursor_get(cursor, &key, &value, MDB_FIRST)
      case (nil, .descending): unsafe mdb_cursor_get(cursor, &key, &value, MDB_LAST)
      case (let start?, .ascending): unsafe seek(cursor, notBefore: start, &key, &value)
      case (let start?, .descending): unsafe seek(cursor, notAfter: start, &key, &value)
      }
    let advance = direction == .ascending ? MDB_NEXT : MDB_PREV
    while status == MDB_SUCCESS {
      let step = unsafe key.lend { key in unsafe value.lend { value in body(key, value) } }
      guard step == .next else { return }
      status = unsafe mdb_cursor_get(cursor, &key, &value, advance)
    }
    guard status == MDB_NOTFOUND else {
      throw LMDBError(LMDBError.Code(status: status), "mdb_cursor_get", table.name)
    }
  }

  func count(_ table: Table) throws(LMDBError) -> Int {
    try validate(table, "mdb_stat")
    var stat = MDB_stat()
    try unsafe check(mdb_stat(pointer, table.dbi, &stat), "mdb_stat", table.name)
    return stat.ms_entries
  }

  /// How many freed pages the next write transaction can reuse, unless an older snapshot still reads them.
  func freePages() throws(LMDBError) -> Int {
    let last = unsafe mdb_txn_id(pointer)
    var opened: OpaquePointer?
    // LMDB keeps the list of freed pages as table 0: the key is the transaction that freed them, the value is their
    // number, then the pages.
    try unsafe check(mdb_cursor_open(pointer, 0, &opened), "mdb_cursor_open", environment.path)
    guard let cursor = unsafe opened else { throw LMDBError(.panic, "mdb_cursor_open", environment.path) }
    defer { unsafe mdb_cursor_close(cursor) }
    var key = unsafe MDB_val()
    var value = unsafe MDB_val()
    var pages = 0
    var status = unsafe mdb_cursor_get(cursor, &key, &value, MDB_FIRST)
    while status == MDB_SUCCESS {
      // The pages that the last commit freed still belong to the snapshot before it, which LMDB keeps.
      if unsafe key.number < last { pages += unsafe value.number }
      status = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
    }
    guard status == MDB_NOTFOUND else {
      throw LMDBError(LMDBError.Code(status: status), "mdb_cursor_get", environment.path)
    }
    return pages
  }

  func put(_ table: Table, _ key: Span<UInt8>, _ value: Span<UInt8>, flags: Int32) throws(LMDBError) {
    try validateWrite(table, "mdb_put")
    try validate(key, of: table, "mdb_put")
    let status = unsafe key.withMDBValue { key in
      unsafe value.withMDBValue { value in
        unsafe mdb_put(pointer, table.dbi, key, value, UInt32(flags))
      }
    }
    try check(status, "mdb_put", table.name)
  }

  func delete(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> Bool {
    try validateWrite(table, "mdb_del")
    try validate(key, of: table, "mdb_del")
    let status = unsafe key.withMDBValue { unsafe mdb_del(pointer, table.dbi, $0, nil) }
    guard status != MDB_NOTFOUND else { return false }
    try check(status, "mdb_del", table.name)
    return true
  }

  func clear(_ table: Table) throws(LMDBError) {
    try validateWrite(table, "mdb_drop")
    try unsafe check(mdb_drop(pointer, table.dbi, 0), "mdb_drop", table.name)
  }

  @unsafe
  private func seek(
    _ cursor: OpaquePointer, notBefore start: Span<UInt8>, _ key: inout MDB_val, _ value: inout MDB_val
  ) -> Int32 {
    unsafe start.withMDBValue { start in
      let status = unsafe mdb_cursor_get(cursor, start, &value, MDB_SET_RANGE)
      unsafe key = start.pointee
      return status
    }
  }

  @unsafe
  private func seek(
    _ cursor: OpaquePointer, notAfter start: Span<UInt8>, _ key: inout MDB_val, _ value: inout MDB_val
  ) -> Int32 {
    let status = unsafe seek(cursor, notBefore: start, &key, &value)
    if status == MDB_NOTFOUND { return unsafe mdb_cursor_get(cursor, &key, &value, MDB_LAST) }
    guard status == MDB_SUCCESS else { return status }
    let isExact = unsafe key.lend { found in
      found.count == start.count && found.indices.allSatisfy { found[$0] == start[$0] }
    }
    return isExact ? status : unsafe mdb_cursor_get(cursor, &key, &value, MDB_PREV)
  }

  private func validate(_ table: Table, _ operation: StaticString) throws(LMDBError) {
    guard table.environmentIdentity == environment.identity else {
      throw LMDBError(.badDatabase, "\(operation)", "the table \(table.name) belongs to another environment")
    }
  }

  private func validate(_ key: Span<UInt8>, of table: Table, _ operation: StaticString) throws(LMDBError) {
    guard 1...Table.keySizeMaximum ~= key.count else {
      throw LMDBError(.badValueSize, "\(operation)", "\(table.name), a key of \(key.count) bytes")
    }
  }

  private func validateWrite(_ table: Table, _ operation: StaticString) throws(LMDBError) {
    try validate(table, operation)
    guard !environment.spans.isLending else {
      throw LMDBError(
        .badTransaction, "\(operation)", "\(table.name), inside the body of get or scan; collect first, write after it")
    }
  }
}

extension Span<UInt8> {
  /// LMDB takes keys and values by a pointer that it never writes through.
  @unsafe
  fileprivate func withMDBValue(_ body: (UnsafeMutablePointer<MDB_val>) -> Int32) -> Int32 {
    unsafe withUnsafeBufferPointer { buffer in
      var value = unsafe MDB_val(
        mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
      return unsafe body(&value)
    }
  }
}

extension MDB_val {
  /// The bytes that LMDB points to; they stay until the transaction ends or writes.
  @unsafe
  fileprivate func lend<R>(_ body: (Span<UInt8>) -> R) -> R {
    let start = unsafe mv_data?.assumingMemoryBound(to: UInt8.self)
    let buffer = unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : mv_size)
    return unsafe body(buffer.span)
  }
}

extension MDB_val {
  /// The first word as a number, in this machine's byte order; 0 when there are too few bytes.
  fileprivate var number: Int {
    unsafe mv_size >= MemoryLayout<Int>.size ? mv_data.loadUnaligned(as: Int.self) : 0
  }
}
