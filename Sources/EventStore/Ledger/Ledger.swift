public import EventSourcing
import LMDB
public import MerkleTree

import Glibc
import Synchronization

/// The truth: what happened, append-only, in an LMDB environment of two tables.
///
/// `events`: position (8 bytes, big-endian) → leaf hash (32) and the record. `meta`: `format`; `id` and `demo` with
/// their `sum`; `head`, the frontier of the Merkle tree over the leaf hashes, written in the same commit as the events;
/// `opened`, the time of the last start; the marks `heads` and `importing`; and under `checkpoint` ‖ size (8) ‖ key id
/// (4), every signed checkpoint that was issued.
public final class Ledger: Sendable {
  static let format = Array("motcua ledger 1".utf8)

  let environment: Environment
  let events: Table
  let meta: Table
  public let path: String
  /// The most that it may grow to, in bytes.
  let mapBytes: Int
  /// Changes when another ledger is imported.
  let identity: Mutex<Identity>
  /// 16 random bytes, made with the ledger.
  public var id: [UInt8] { identity.withLock { $0.id } }
  /// Whether it is a demo's ledger, whose clock may be moved.
  public var isDemo: Bool { identity.withLock { $0.isDemo } }

  struct Identity {
    var id: [UInt8]
    var isDemo: Bool

    /// Its rows in `meta`; `sum` is a hash over the other two, because no event holds them.
    var rows: [(key: String, value: [UInt8])] {
      let demo: [UInt8] = [isDemo ? 1 : 0]
      return [("id", id), ("demo", demo), ("sum", MerkleTree.leafHash(id + demo).bytes)]
    }
  }

  /// Builds the ledger aside and renames it into place, because LMDB's own creation does not survive a crash.
  static func create(_ path: String, isDemo: Bool) throws {
    let temporary = path + ".new"
    try Files.removeDirectory(temporary)
    try Files.makeDirectory(temporary)
    do {
      let environment = try Environment(path: temporary, tables: ["events", "meta"])
      let meta = try environment.table("meta")
      var generator = SystemRandomNumberGenerator()
      let id = bigEndian(generator.next() as UInt64) + bigEndian(generator.next() as UInt64)
      try environment.write { transaction throws(LMDBError) in
        try transaction.put(meta, Array("format".utf8), Self.format)
        for row in Identity(id: id, isDemo: isDemo).rows { try transaction.put(meta, Array(row.key.utf8), row.value) }
        try transaction.put(meta, headKey, Frontier().encoded)
        // Nothing of a new ledger is signed yet, so the record of what was signed is complete from the beginning.
        try transaction.put(meta, Array(Self.signedHeadsMark.utf8), [1])
      }
    }
    try Files.sync(temporary + "/data.mdb")
    try Files.sync(temporary)
    if rename(temporary, path) != 0 { throw Files.failure("rename", path) }
    try Files.sync(Files.parent(of: path))
  }

  /// - Parameters:
  ///   - isReadOnly: nothing is written; another process may have it open for writing.
  ///   - usesLockFile: without it, nobody may have it open for writing.
  ///   - mapBytes: the most that it may grow to while it is open here.
  init(
    _ path: String, isReadOnly: Bool = false, usesLockFile: Bool = true, mapBytes: Int = EventStore.mapBytesDefault
  ) throws {
    self.path = path
    self.mapBytes = mapBytes
    identity = Mutex(try Self.identify(path, usesLockFile: usesLockFile))
    var options = Environment.Options()
    options.mapSize = isReadOnly ? EventStore.mapBytesMax : mapBytes
    options.isReadOnly = isReadOnly
    options.usesLockFile = usesLockFile
    environment = try Environment(path: path, tables: ["events", "meta"], options: options)
    events = try environment.table("events")
    meta = try environment.table("meta")
  }

  /// Reads the ledger's id and demo mark before it is opened for writing, so that a file that is no ledger stays as it
  /// is.
  private static func identify(_ path: String, usesLockFile: Bool) throws -> Identity {
    var options = Environment.Options()
    options.mapSize = EventStore.mapBytesMax
    options.isReadOnly = true
    options.usesLockFile = usesLockFile
    let marks: [[UInt8]?]
    do throws(LMDBError) {
      let environment = try Environment(path: path, tables: ["events", "meta"], options: options)
      let meta = try environment.table("meta")
      marks = try environment.read { transaction throws(LMDBError) in
        [
          try transaction.bytes(meta, Array("format".utf8)), try transaction.bytes(meta, Array("id".utf8)),
          try transaction.bytes(meta, Array("demo".utf8)), try transaction.bytes(meta, Array("sum".utf8)),
        ]
      }
    } catch {
      switch error.code {
      case .badDatabase, .incompatible, .invalid, .versionMismatch:
        throw StoreError.notALedger(path: path, found: error.description)
      // LMDB takes an empty file for a new environment, and cannot write it.
      case .system(ENOENT) where Files.exists(path + "/data.mdb"), .system(EBADF):
        throw StoreError.notALedger(path: path, found: "the file is empty")
      default: throw error
      }
    }
    let mark = marks[0].map { String(decoding: $0, as: UTF8.self) }
    guard marks[0] == Self.format, let id = marks[1], let demo = marks[2] else {
      if let mark, mark.hasPrefix("motcua ledger "), let schemaVersion = Int(mark.dropFirst(14)), schemaVersion > 1 {
        throw StoreError.newerLedger(path: path, schemaVersion: schemaVersion)
      }
      throw StoreError.notALedger(path: path, found: mark ?? "it has no format mark")
    }
    let identity = Identity(id: id, isDemo: demo == [1])
    // Ledgers of earlier releases have no sum.
    if let sum = marks[3], sum != MerkleTree.leafHash(id + demo).bytes {
      throw StoreError.ledgerDamaged(at: .start, reason: "its id, or whether it is a demo's, has changed")
    }
    return identity
  }

  /// The position of the last event.
  public func position() throws(StoreError) -> Position { Position(try head().size) }

  /// The root hash of the tree over all events, in base64.
  public func rootText() throws(StoreError) -> String { try head().root.base64 }

  /// The tree over all events.
  public func head() throws(StoreError) -> Frontier {
    try head(try asStoreError { try environment.beginRead() })
  }

  func head(_ transaction: borrowing some Reading & ~Copyable) throws(StoreError) -> Frontier {
    let head: Frontier?
    do throws(LMDBError) { head = try transaction.get(meta, Self.headKey) { Frontier(encoded: $0) } ?? nil } catch {
      throw .storage(error)
    }
    guard let head else { throw .ledgerDamaged(at: .start, reason: "its head cannot be read") }
    return head
  }

  static let headKey = Array("head".utf8)

  /// A record with its position and the hash that was stored beside it.
  public struct Entry: Hashable, Sendable {
    public var position: Position
    public var leaf: Hash
    public var record: [UInt8]

    /// Itself; throws `StoreError.ledgerDamaged` when the record does not have its stored hash.
    func checked() throws(StoreError) -> Entry {
      guard MerkleTree.leafHash(record) == leaf else {
        throw .ledgerDamaged(at: position, reason: "it is not what its hash was made of")
      }
      return self
    }
  }

  /// The records from a position on, at most `limit`, and no more than `bytesMax` bytes of them but where one alone has more;
  /// a short read transaction for each call.
  ///
  /// - Throws: `StoreError.ledgerDamaged` for a record that does not have its stored hash: it was changed on the disk.
  public func records(from position: Position, limit: Int, bytesMax: Int = .max) throws(StoreError) -> [Entry] {
    try asStoreError {
      var damaged: StoreError?
      let entries = try environment.read { transaction throws(LMDBError) in
        var (entries, bytes): ([Entry], Int) = ([], 0)
        if limit <= 0 { return entries }
        try transaction.scan(events, from: bigEndian(position.rawValue)) { key, value in
          let position = Position(bigEndianNumber(key))
          bytes += value.count - Hash.size
          if bytes > bytesMax, !entries.isEmpty { return .stop }
          do throws(StoreError) {
            let leaf = try Self.checkedLeaf(of: value, at: position)
            entries.append(Entry(position: position, leaf: leaf, record: value.dropping(Hash.size)))
          } catch {
            damaged = error
            return .stop
          }
          return entries.count < limit ? .next : .stop
        }
        return entries
      }
      if let damaged { throw damaged }
      return entries
    }
  }

  /// What is stored at a position, checked: throws `StoreError.ledgerDamaged` when the record does not have its hash.
  static func entry(_ leaf: [UInt8], _ record: [UInt8], at position: Position) throws(StoreError) -> Entry {
    guard let leaf = Hash(bytes: leaf) else {
      throw .ledgerDamaged(at: position, reason: "it is shorter than its hash")
    }
    return try Entry(position: position, leaf: leaf, record: record).checked()
  }

  /// Every signed checkpoint that was issued, in order of size, each as `IssuedCheckpoint.kept` gave it.
  public func checkpoints() throws(StoreError) -> [(size: UInt64, text: String)] {
    try asStoreError {
      try environment.read { transaction throws(LMDBError) in
        var checkpoints: [(size: UInt64, text: String)] = []
        try transaction.scan(meta, from: Self.checkpointPrefix) { key, value in
          let bytes = [UInt8](copying: key)
          guard bytes.starts(with: Self.checkpointPrefix), bytes.count == Self.checkpointPrefix.count + 12 else {
            return .stop
          }
          checkpoints.append(
            (bigEndianNumber(bytes.suffix(12).prefix(8)), String(decoding: value.dropping(0), as: UTF8.self)))
          return .next
        }
        return checkpoints
      }
    }
  }

  /// The checkpoints of one size, or with nil those of the greatest size that has any; each as it was kept.
  public func checkpoints(ofSize size: UInt64?) throws(StoreError) -> [String] {
    try asStoreError {
      try environment.read { transaction throws(LMDBError) in
        let end = Self.checkpointKey(size ?? .max, .max)
        var found: (size: [UInt8], texts: [String])?
        try transaction.scan(meta, from: end, .descending) { key, value in
          let bytes = [UInt8](copying: key)
          guard bytes.starts(with: Self.checkpointPrefix), bytes.count == end.count else { return .stop }
          let own = Array(bytes.suffix(12).prefix(8))
          if let size, own != bigEndian(size) { return .stop }
          if let found, found.size != own { return .stop }
          found = (own, (found?.texts ?? []) + [String(decoding: value.dropping(0), as: UTF8.self)])
          return .next
        }
        return found?.texts.reversed() ?? []
      }
    }
  }

  /// The checkpoint of the greatest size that was signed with this key, as it was kept.
  public func lastCheckpoint(signedBy key: NoteVerifierKey) throws(StoreError) -> String? {
    let start = Array("\(key)\n".utf8)
    return try asStoreError {
      try environment.read { transaction throws(LMDBError) in
        var text: String?
        try transaction.scan(meta, from: Self.checkpointKey(.max, .max), .descending) { key, value in
          guard [UInt8](copying: key).starts(with: Self.checkpointPrefix) else { return .stop }
          let bytes = value.dropping(0)
          guard bytes.starts(with: start) else { return .next }
          text = String(decoding: bytes, as: UTF8.self)
          return .stop
        }
        return text
      }
    }
  }

  /// The key in `meta` that says that what was signed is recorded outside the ledger. A ledger of an earlier release
  /// lacks it, and gets it when that record is made from its own checkpoints. With the mark, a lost record is not made
  /// again.
  static let signedHeadsMark = "heads"

  /// Whether the ledger bears the mark that `Batch.markSignedHeads` sets.
  public func hasSignedHeadsMark() throws(StoreError) -> Bool {
    try asStoreError {
      try environment.read { transaction throws(LMDBError) in
        try transaction.bytes(meta, Array(Self.signedHeadsMark.utf8)) != nil
      }
    }
  }

  private static let checkpointPrefix = Array("checkpoint".utf8)
  static func checkpointKey(_ size: UInt64, _ keyID: UInt32) -> [UInt8] {
    checkpointPrefix + bigEndian(size) + bigEndian(keyID)
  }

  /// The record at a position; nil when there is none.
  ///
  /// - Throws: as `records`.
  public func record(at position: Position) throws(StoreError) -> [UInt8]? { try snapshot().record(at: position) }

  /// The records at these positions, nil for one that is not there; one short read transaction for all.
  ///
  /// - Throws: as `records`.
  public func records(at positions: ArraySlice<Position>) throws(StoreError) -> [[UInt8]?] {
    let snapshot = try snapshot()
    var records: [[UInt8]?] = []
    records.reserveCapacity(positions.count)
    for position in positions { records.append(try snapshot.record(at: position)) }
    return records
  }

  /// The events as they are now, to look up some of them. Keep it short: it pins every page that is freed meanwhile.
  public func snapshot() throws(StoreError) -> Snapshot {
    do throws(LMDBError) { return Snapshot(events: events, transaction: try environment.beginRead()) } catch {
      throw .storage(error)
    }
  }

  public struct Snapshot: ~Copyable {
    fileprivate let events: Table
    fileprivate let transaction: ReadTransaction

    /// The record at a position, checked where it lies; nil when there is none.
    ///
    /// - Throws: as `Ledger.records`.
    public borrowing func record(at position: Position) throws(StoreError) -> [UInt8]? {
      var fault: StoreError?
      let record: [UInt8]?
      do throws(LMDBError) {
        record = try transaction.get(events, bigEndian(position.rawValue)) { value in
          do throws(StoreError) { _ = try Ledger.checkedLeaf(of: value, at: position) } catch { fault = error }
          return fault == nil ? value.dropping(Hash.size) : []
        }
      } catch {
        throw .storage(error)
      }
      if let fault { throw fault }
      return record
    }
  }

  /// The hash that lies before a record, which is checked where it lies.
  fileprivate static func checkedLeaf(of value: Span<UInt8>, at position: Position) throws(StoreError) -> Hash {
    guard value.count >= Hash.size, let leaf = Hash(bytes: value.extracting(..<Hash.size)) else {
      throw .ledgerDamaged(at: position, reason: "it is shorter than its hash")
    }
    guard MerkleTree.leafHash(value.extracting(Hash.size...)) == leaf else {
      throw .ledgerDamaged(at: position, reason: "it is not what its hash was made of")
    }
    return leaf
  }

  typealias Stored = (leaf: [UInt8], record: [UInt8])

  /// What is stored at a position, unchecked.
  func stored(
    at position: Position, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Stored? {
    try transaction.get(events, bigEndian(position.rawValue)) { ($0.prefix(Hash.size), $0.dropping(Hash.size)) }
  }

  func leafHash(at position: Position) throws(LMDBError) -> [UInt8]? {
    try environment.read { transaction throws(LMDBError) in
      try transaction.get(events, bigEndian(position.rawValue)) { $0.prefix(32) }
    }
  }

  /// Makes one durable commit before the first answer: a killed process may have left a commit visible that is not on
  /// the disk yet.
  ///
  /// - Parameter instant: in microseconds since 1970.
  func settle(at instant: Int64) throws(LMDBError) {
    let meta = meta
    try environment.write { transaction throws(LMDBError) in
      try transaction.put(meta, Array("opened".utf8), bigEndian(UInt64(bitPattern: instant)))
    }
  }

  /// Read transactions that are open now.
  public var readersInUse: Int { environment.statistics.readersInUse }

  /// What the ledger's file takes on the disk; its pages that were never written take nothing.
  public var bytesOnDisk: Int { Files.allocatedBytes(path + "/data.mdb") }
}

extension Span<UInt8> {
  func dropping(_ count: Int) -> [UInt8] { [UInt8](copying: extracting(Swift.min(count, self.count)...)) }

  func prefix(_ count: Int) -> [UInt8] { [UInt8](copying: extracting(..<Swift.min(count, self.count))) }
}
