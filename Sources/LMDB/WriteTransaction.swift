import CLMDB

/// The one write transaction of an environment; it sees its own writes. Dropped without a commit, it is aborted.
///
/// It belongs to the thread that began it. Besides the errors of `Reading`, a write throws `.mapFull` when the file has
/// grown to `Options.mapSize`, `.transactionFull` when one transaction touches too many pages, and `.badTransaction`
/// inside the body of `get` or `scan`. After any error but `.keyExists`, `.badValueSize` and `.badDatabase`, abort it.
public struct WriteTransaction: ~Copyable, Reading {
  private let core: TransactionCore
  private var isOpen = true

  init(_ core: TransactionCore) {
    self.core = core
  }

  deinit {
    guard isOpen else { return }
    core.environment.endsWriting()
    core.abort()
  }

  /// Makes the writes visible, and durable unless the environment was opened without `sync`. After an error the outcome
  /// is unknown: acknowledge nothing, close the environment, and read from the file what was committed.
  @available(*, noasync)
  public consuming func commit() throws(LMDBError) {
    isOpen = false
    core.environment.endsWriting()
    try core.commit()
  }

  /// Discards the writes, as dropping the transaction does; a call says so in the code.
  @available(*, noasync)
  public consuming func abort() {}

  /// Stores the value at the key, in place of any value there.
  @available(*, noasync)
  public borrowing func put(_ table: Table, _ key: Span<UInt8>, _ value: Span<UInt8>) throws(LMDBError) {
    try core.put(table, key, value, flags: 0)
  }

  /// Stores a row after the last one, without a search; throws `.keyExists` when the key is not greater than the last.
  @available(*, noasync)
  public borrowing func append(_ table: Table, _ key: Span<UInt8>, _ value: Span<UInt8>) throws(LMDBError) {
    try core.put(table, key, value, flags: MDB_APPEND)
  }

  /// Stores a new row; throws `.keyExists`, and leaves the row as it is, when the key is there.
  @available(*, noasync)
  public borrowing func insert(_ table: Table, _ key: Span<UInt8>, _ value: Span<UInt8>) throws(LMDBError) {
    try core.put(table, key, value, flags: MDB_NOOVERWRITE)
  }

  /// Removes the row and says whether there was one.
  @available(*, noasync)
  @discardableResult
  public borrowing func delete(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> Bool {
    try core.delete(table, key)
  }

  /// Removes every row of the table; the table stays.
  @available(*, noasync)
  public borrowing func clear(_ table: Table) throws(LMDBError) {
    try core.clear(table)
  }

  public borrowing func get<R>(
    _ table: Table, _ key: Span<UInt8>, _ body: (Span<UInt8>) -> R
  ) throws(LMDBError) -> R? {
    try core.environment.spans.lending { () throws(LMDBError) in
      try core.get(table, key, body)
    }
  }

  public borrowing func scan(
    _ table: Table, from key: Span<UInt8>?, _ direction: Direction,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> ScanStep
  ) throws(LMDBError) {
    try core.environment.spans.lending { () throws(LMDBError) in
      try core.scan(table, from: key, direction, body)
    }
  }

  public borrowing func count(_ table: Table) throws(LMDBError) -> Int {
    try core.count(table)
  }
}

/// The same with arrays as keys and values.
extension WriteTransaction {
  @available(*, noasync)
  public borrowing func put(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(LMDBError) {
    try put(table, key.span, value.span)
  }

  @available(*, noasync)
  public borrowing func append(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(LMDBError) {
    try append(table, key.span, value.span)
  }

  @available(*, noasync)
  public borrowing func insert(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(LMDBError) {
    try insert(table, key.span, value.span)
  }

  @available(*, noasync)
  @discardableResult
  public borrowing func delete(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> Bool {
    try delete(table, key.span)
  }
}
