/// Which way a scan goes through the keys.
public enum Direction: Hashable, Sendable {
  case ascending, descending
}

/// Whether a scan goes on after a row.
public enum ScanStep: Hashable, Sendable {
  case next, stop
}

/// What both kinds of transaction can do. Take `borrowing some Reading & ~Copyable` to serve either.
///
/// Every call throws `.badValueSize` for a key that is empty or longer than `Table.keySizeMaximum`, `.badDatabase` for
/// a table of another environment, and `.corrupted` or `.pageNotFound` for a damaged file.
public protocol Reading: ~Copyable {
  /// Lends the value at `key` to `body`, without a copy; nil when there is none. The span is valid only inside `body`.
  borrowing func get<R>(
    _ table: Table, _ key: Span<UInt8>, _ body: (Span<UInt8>) -> R
  ) throws(LMDBError) -> R?

  /// Visits rows in key order from `key`, inclusive, until `body` says stop. Spans are valid only inside `body`.
  ///
  /// Ascending starts at the least key not less than `key`, descending at the greatest not greater than it; without a
  /// key, at the first or the last row.
  borrowing func scan(
    _ table: Table, from key: Span<UInt8>?, _ direction: Direction,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> ScanStep
  ) throws(LMDBError)

  /// How many rows the table has; costs the same for any number.
  borrowing func count(_ table: Table) throws(LMDBError) -> Int
}

extension Reading where Self: ~Copyable {
  /// Visits rows upwards from `key`, inclusive, or from the first row.
  public borrowing func scan(
    _ table: Table, from key: Span<UInt8>?, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> ScanStep
  ) throws(LMDBError) {
    try scan(table, from: key, .ascending, body)
  }

  /// A copy of the value at `key`; nil when there is none.
  public borrowing func bytes(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> [UInt8]? {
    try get(table, key) { [UInt8](copying: $0) }
  }

  /// Whether there is a row at `key`.
  public borrowing func contains(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> Bool {
    try get(table, key) { _ in true } ?? false
  }

  /// A copy of the row with the greatest key; nil when the table is empty.
  public borrowing func last(_ table: Table) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
    var row: (key: [UInt8], value: [UInt8])?
    try scan(table, from: Span<UInt8>?.none, .descending) { key, value in
      row = ([UInt8](copying: key), [UInt8](copying: value))
      return .stop
    }
    return row
  }
}

/// The same with arrays as keys.
extension Reading where Self: ~Copyable {
  public borrowing func get<R>(
    _ table: Table, _ key: [UInt8], _ body: (Span<UInt8>) -> R
  ) throws(LMDBError) -> R? {
    try get(table, key.span, body)
  }

  public borrowing func bytes(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> [UInt8]? {
    try bytes(table, key.span)
  }

  public borrowing func contains(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> Bool {
    try contains(table, key.span)
  }

  // Disfavoured, so that a literal nil means the span.
  @_disfavoredOverload
  public borrowing func scan(
    _ table: Table, from key: [UInt8]?, _ direction: Direction = .ascending,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> ScanStep
  ) throws(LMDBError) {
    if let key {
      try scan(table, from: key.span, direction, body)
    } else {
      try scan(table, from: Span<UInt8>?.none, direction, body)
    }
  }
}

extension [UInt8] {
  /// The bytes of a lent span, to keep.
  public init(copying span: Span<UInt8>) {
    self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
