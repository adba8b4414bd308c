import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport

/// A store of notes: a record is a stream, a version and a text, and the one projection keeps the last text of each
/// stream.
struct Notebook {
  static let tables = ["last"]

  let store: EventStore
  /// How many records the views had to be told when it was opened.
  let replayed: Int
  private let last: Table
  /// The records that were committed by this notebook.
  let told = Told()

  final class Told { var records: [[UInt8]] = [] }

  init(_ folder: Folder, schemaVersion: String = "notes 1", isDemo: Bool = false) throws {
    let store = try EventStore(folder.path, tables: Self.tables, schemaVersion: schemaVersion, isDemo: isDemo, now: 0)
    self.store = store
    let last = try store.views.environment.table("last")
    self.last = last
    var replayed = 0
    try store.catchUp(store.views, prepare: { $0 }) { records, transaction in
      replayed += records.count
      return try Self.apply(records, to: last, transaction)
    }
    self.replayed = replayed
  }

  /// Replays what views do not have yet.
  func fill(_ views: Views, blockMax: Int = 4096) throws {
    let last = try views.environment.table("last")
    try store.catchUp(views, blockMax: blockMax, prepare: { $0 }) { records, transaction in
      try Self.apply(records, to: last, transaction)
    }
  }

  private static func apply(
    _ records: [[UInt8]], to last: Table, _ transaction: borrowing WriteTransaction
  ) throws -> [Views.RecordKey] {
    for record in records { try transaction.put(last, bigEndian(UInt64(record[0])), record) }
    return records.map(key)
  }

  static func record(_ stream: UInt8, _ version: UInt8, _ text: String = "note") -> [UInt8] {
    [stream, version] + Array(text.utf8)
  }

  static func key(_ record: [UInt8]) -> Views.RecordKey {
    Views.RecordKey(
      stream: UInt64(record[0]), version: Version(UInt32(record[1])), uid: 1000,
      commandID: record[..<2] + [UInt8](repeating: 7, count: 14), digest: [UInt8](repeating: 9, count: 16))
  }

  /// One commit of these records; `behind`, the views get them later.
  func commit(_ records: [[UInt8]], _ timing: Batch.Timing = .atOnce) throws {
    var batch = try store.beginBatch()
    for record in records { _ = try batch.append(record, Self.key(record)) }
    told.records += records
    try batch.commit(timing, project)
  }

  /// `count` records of stream 1 that follow what is there.
  func commit(_ count: Int, _ timing: Batch.Timing = .atOnce) throws {
    store.recorded.letGo()
    let version = try store.recorded.version(of: 1)
    try commit((1...count).map { Self.record(1, UInt8(Int(version.rawValue) + $0)) }, timing)
  }

  /// Writes into the views what they lack.
  func apply() throws { try store.applyRecorded(project) }

  /// What the projection is told of the records that were handed to `commit`: each time all of them, in order.
  func project(_ transaction: borrowing WriteTransaction) throws(LMDBError) {
    for record in told.records { try transaction.put(last, bigEndian(UInt64(record[0])), record) }
  }

  func viewsPosition() throws -> Position {
    let views = store.views
    return try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
  }

  /// Every row of every table of the live views, or of others.
  func rows(of views: Views? = nil) throws -> [String] {
    var rows: [String] = []
    let environment = (views ?? store.views).environment
    let transaction = try environment.beginRead()
    for name in ["meta", "streams", "commands", "tree"] + Self.tables {
      try transaction.scan(try environment.table(name), from: nil) { key, value in
        rows.append("\(name) \(hex(key)) \(hex(value))")
        return .next
      }
    }
    return rows
  }

  func records() throws -> [[UInt8]] { try store.ledger.records(from: .start, limit: .max).map(\.record) }
}

private func hex(_ bytes: Span<UInt8>) -> String {
  bytes.indices.map { (bytes[$0] < 16 ? "0" : "") + String(bytes[$0], radix: 16) }.joined()
}

/// The error of the store that the body throws; nil when it throws none.
func storeError(_ body: () throws -> Void) throws -> StoreError? {
  do {
    try body()
    return nil
  } catch let error as StoreError {
    return error
  }
}

extension Keys {
  /// The bytes of a backup, as they are handed out in parts.
  func backupBytes(partBytes: Int = 100) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try backup(partBytes: partBytes) { bytes += $0 }
    return bytes
  }
}
