/// A snapshot of the environment: what was committed when it began, whatever is written since. Released when its owner
/// drops it.
///
/// It may be passed to another thread, but serves one at a time.
public struct ReadTransaction: ~Copyable, Reading {
  private let core: TransactionCore

  init(_ core: TransactionCore) {
    self.core = core
  }

  deinit {
    core.abort()
  }

  public borrowing func get<R>(
    _ table: Table, _ key: Span<UInt8>, _ body: (Span<UInt8>) -> R
  ) throws(LMDBError) -> R? {
    try core.get(table, key, body)
  }

  public borrowing func scan(
    _ table: Table, from key: Span<UInt8>?, _ direction: Direction,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> ScanStep
  ) throws(LMDBError) {
    try core.scan(table, from: key, direction, body)
  }

  borrowing func freePages() throws(LMDBError) -> Int { try core.freePages() }

  public borrowing func count(_ table: Table) throws(LMDBError) -> Int {
    try core.count(table)
  }
}
