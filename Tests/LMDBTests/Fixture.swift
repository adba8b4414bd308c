import Foundation
import LMDB
import TestSupport

extension Folder {
  func open(
    _ tables: [String] = ["events"], _ change: (inout Environment.Options) -> Void = { _ in }
  ) throws(LMDBError) -> Environment {
    var options = Environment.Options()
    options.mapSize = 64 << 20
    change(&options)
    return try Environment(path: path, tables: tables, options: options)
  }
}

/// The keys that a scan visits, each of one byte, up to a number of rows.
func keys(
  _ transaction: borrowing some Reading & ~Copyable, _ table: Table, from key: [UInt8]? = nil,
  _ direction: Direction = .ascending, limit: Int = .max
) throws(LMDBError) -> [UInt8] {
  var keys: [UInt8] = []
  try transaction.scan(table, from: key, direction) { key, _ in
    keys.append(key[0])
    return keys.count < limit ? .next : .stop
  }
  return keys
}

extension Environment {
  /// Stores rows of one-byte keys, each with its key as the value.
  func store(_ keys: [UInt8], in table: Table) throws(LMDBError) {
    try write { transaction throws(LMDBError) in
      for key in keys { try transaction.put(table, [key], [key]) }
    }
  }
}

/// The code of the error that the body throws; nil when it throws none.
func code(_ body: () throws(LMDBError) -> Void) -> LMDBError.Code? {
  do {
    try body()
    return nil
  } catch {
    return error.code
  }
}
