import EventSourcing
import LMDB
import MerkleTree

/// A ledger of which parts may be unreadable: each event is looked up by itself. Nobody may write in it meanwhile, and
/// LMDB may end the process that reads a damaged page.
public final class LedgerPieces {
  private let environment: Environment
  private let events: Table
  private let path: String

  /// Opens the events only, read only, without a lock file, so that a medium that is read only will do.
  public init(_ path: String) throws(StoreError) {
    self.path = path
    let opened = try asStoreError { try Self.open(path, "events") }
    (environment, events) = opened
  }

  private static func open(_ path: String, _ table: String) throws(LMDBError) -> (Environment, Table) {
    var options = Environment.Options()
    options.mapSize = EventStore.mapBytesMax
    options.isReadOnly = true
    options.usesLockFile = false
    let environment = try Environment(path: path, tables: [table], options: options)
    return (environment, try environment.table(table))
  }

  /// The event at a position; nil when it is missing, cannot be read, or does not have its stored hash.
  public func entry(at position: UInt64) -> Ledger.Entry? {
    let bytes = try? environment.read { transaction throws(LMDBError) in
      try transaction.bytes(events, bigEndian(position))
    }
    guard let bytes, let leaf = Hash(bytes: Array(bytes.prefix(Hash.size))) else { return nil }
    let record = Array(bytes.dropFirst(Hash.size))
    guard MerkleTree.leafHash(record) == leaf else { return nil }
    return Ledger.Entry(position: Position(position), leaf: leaf, record: record)
  }

  /// What the ledger says of itself: how many events the head counts, and its id; nil for what cannot be read.
  public static func head(_ path: String) throws(StoreError) -> (size: UInt64?, id: [UInt8]?) {
    try asStoreError {
      let (environment, meta) = try open(path, "meta")
      return try environment.read { transaction throws(LMDBError) in
        (
          try transaction.bytes(meta, Ledger.headKey).flatMap { Frontier(encoded: $0)?.size },
          try transaction.bytes(meta, Array("id".utf8))
        )
      }
    }
  }

  /// The last position, from the end of the events themselves; nil when there are none.
  public func lastPosition() throws(StoreError) -> UInt64? {
    try asStoreError {
      try environment.read { transaction throws(LMDBError) in
        try transaction.last(events).map { bigEndianNumber($0.key.prefix(8)) }
      }
    }
  }
}
