import CLMDB
import Glibc

/// What LMDB, or this wrapper before LMDB, refused: which call, on what, and why.
public struct LMDBError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// `insert` met a key that is there already, or `append` one not greater than the last.
    case keyExists
    /// The environment has grown to `Options.mapSize`; the transaction can only be aborted.
    case mapFull
    /// `Options.maxReaders` read transactions are open, stale ones of dead processes included.
    case readersFull
    /// One write transaction touched more pages than LMDB can track; split the work.
    case transactionFull
    /// More tables than the environment was opened for.
    case databasesFull
    /// The file was written by an incompatible version of LMDB.
    case versionMismatch
    /// The file is not an LMDB file.
    case invalid
    /// A page is of the wrong type: the file is damaged.
    case corrupted
    /// A page that another page refers to is missing: the file is damaged.
    case pageNotFound
    /// An earlier fatal error; close the environment and check the file.
    case panic
    /// Another process made the file larger than this process's map.
    case mapResized
    /// The operation does not fit the kind of table, or the table was changed by another process.
    case incompatible
    /// The transaction failed before and can only be aborted, this thread already has a write transaction open,
    /// or a write was tried while the transaction lends a span.
    case badTransaction
    /// The reader slot was reused or belongs to another thread.
    case badReaderSlot
    /// The key is empty or longer than `Table.keySizeMaximum`, or the value is too large.
    case badValueSize
    /// The table is not one of those opened, or belongs to another environment.
    case badDatabase
    /// The operating system refused; the value is `errno`. `EBUSY` when this process has the directory open already,
    /// `EACCES` for a write to an environment that is read only.
    case system(Int32)
    /// A code of LMDB that has no case of its own.
    case other(Int32)
  }

  public let code: Code
  /// The LMDB or system call that failed, such as `mdb_put`.
  public let operation: String
  /// The path or the table, and what to do where the code alone does not say it.
  public let detail: String?

  init(_ code: Code, _ operation: String, _ detail: String?) {
    self.code = code
    self.operation = operation
    self.detail = detail
  }

  public var description: String {
    let place = detail.map { " (\($0))" } ?? ""
    return "\(operation)\(place): \(code.explanation)"
  }
}

extension LMDBError.Code {
  init(status: Int32) {
    self =
      switch status {
      case MDB_KEYEXIST: .keyExists
      case MDB_MAP_FULL: .mapFull
      case MDB_READERS_FULL: .readersFull
      case MDB_TXN_FULL: .transactionFull
      case MDB_DBS_FULL: .databasesFull
      case MDB_VERSION_MISMATCH: .versionMismatch
      case MDB_INVALID: .invalid
      case MDB_CORRUPTED: .corrupted
      case MDB_PAGE_NOTFOUND: .pageNotFound
      case MDB_PANIC: .panic
      case MDB_MAP_RESIZED: .mapResized
      case MDB_INCOMPATIBLE: .incompatible
      case MDB_BAD_TXN: .badTransaction
      case MDB_BAD_RSLOT: .badReaderSlot
      case MDB_BAD_VALSIZE: .badValueSize
      case MDB_BAD_DBI: .badDatabase
      case 1...: .system(status)
      default: .other(status)
      }
  }

  /// Whether the code hints at a damaged file; `.badTransaction`, `.panic` and `EINVAL` have other causes too.
  public var isDamage: Bool {
    switch self {
    case .corrupted, .pageNotFound, .panic, .invalid, .badTransaction, .incompatible: true
    // LMDB also returns EINVAL for a file that it cannot make sense of.
    case .system(let code): code == EINVAL
    default: false
    }
  }

  fileprivate var explanation: String {
    switch self {
    case .keyExists: "the key exists, or does not come after the last one"
    case .mapFull: "the map is full; open the environment with a larger mapSize"
    case .readersFull: "every reader slot is taken; clear stale readers or raise maxReaders"
    case .transactionFull: "the transaction has too many dirty pages; split it"
    case .databasesFull: "more tables than the environment was opened for"
    case .versionMismatch: "the file was written by an incompatible version of LMDB"
    case .invalid: "the file is not an LMDB file"
    case .corrupted: "a page is of the wrong type; the file is damaged, restore it from a backup"
    case .pageNotFound: "a page is missing; the file is damaged, restore it from a backup"
    case .panic: "an earlier fatal error; close the environment and check the file"
    case .mapResized: "another process enlarged the file; open the environment again"
    case .incompatible: "the operation does not fit the table, or the table was changed by another process"
    case .badTransaction: "the transaction cannot go on; abort it"
    case .badReaderSlot: "the reader slot belongs to another thread or was reused"
    case .badValueSize: "the key must have 1 to \(Table.keySizeMaximum) bytes, the value less than 4 GiB"
    case .badDatabase: "not a table of this environment; name it when the environment is opened"
    case .system(let status), .other(let status): unsafe String(cString: mdb_strerror(status))
    }
  }
}

/// Throws the error of any status but success; `detail` is computed only then.
@inline(__always)
func check(
  _ status: Int32, _ operation: StaticString, _ detail: @autoclosure () -> String?
) throws(LMDBError) {
  guard status == MDB_SUCCESS else {
    throw LMDBError(LMDBError.Code(status: status), "\(operation)", detail())
  }
}
