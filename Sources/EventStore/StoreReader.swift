public import EventSourcing
import LMDB

import Glibc

/// A data directory that another process than its daemon reads: everything is opened read only and nothing is locked,
/// so that the daemon goes on.
public final class StoreReader: Sendable {
  public let directory: String
  public let ledger: Ledger
  public let keys: Keys
  private let tables: [String]
  private let schemaVersion: String
  private var viewsDirectory: ViewsDirectory { ViewsDirectory(data: directory) }

  /// - Parameters: as those of `EventStore`.
  public init(_ directory: String, tables: [String], schemaVersion: String) throws(StoreError) {
    self.directory = directory
    self.tables = tables
    self.schemaVersion = "\(Views.schemaVersion), \(schemaVersion)"
    try EventStore.requireLedger(directory)
    ledger = try asStoreError { try Ledger(directory + "/ledger", isReadOnly: true) }
    keys = try asStoreError { try Keys(directory + "/keys", isReadOnly: true) }
  }

  /// The views that a daemon would believe; nil when there are none within a second of looking.
  public func openViews() throws(StoreError) -> Views? {
    try asStoreError {
      // While a rebuild replaces them, `STATE` and `CURRENT` speak of different ones for a moment.
      for _ in 0..<50 {
        guard let number = try viewsDirectory.currentNumber() else { return nil }
        if case .trusted = try viewsDirectory.trust(number, schemaVersion: schemaVersion) {
          do {
            return try Views(viewsDirectory.path(number), number: number, tables: tables, isReadOnly: true)
          } catch let error as LMDBError where error.code == .system(ENOENT) {}
        }
        usleep(20_000)
      }
      return nil
    }
  }

  /// Whether these are the live views.
  public func isCurrent(_ views: Views) throws(StoreError) -> Bool {
    try asStoreError { try viewsDirectory.currentNumber() == views.number }
  }
}

extension StoreReader {
  /// What is wrong with the mark beside the views that a daemon would believe: it cannot be read, or says that something is
  /// durable that the ledger does not have. Nil when nothing is, or nothing is marked.
  public func markDifference() throws(StoreError) -> MarkDifference? {
    try asStoreError {
      var difference: MarkDifference?
      // Bytes that are just being written may be read in halves, and views that are replaced take their mark with them.
      for _ in 0..<50 {
        guard let number = try viewsDirectory.currentNumber(),
          case .trusted = try viewsDirectory.trust(number, schemaVersion: schemaVersion)
        else { return nil }
        difference = try ledger.difference(fromMarkIn: viewsDirectory.path(number))
        if difference == nil { return nil }
        usleep(20_000)
      }
      return difference
    }
  }
}

/// Why the mark beside the views is no witness of the ledger, or a witness against it.
public enum MarkDifference: Hashable, Sendable {
  case fault(MarkFault)
  /// The ledger ends before what was acknowledged.
  case beyond(Position, ledger: Position)
  /// The event there is another.
  case differs(at: Position)
}

extension Ledger {
  fileprivate func difference(fromMarkIn views: String) throws -> MarkDifference? {
    // Before the ledger, which is durable first.
    let said: DurableMark.Witness?
    do throws(MarkFault) { said = try DurableMark.read(in: views) } catch { return .fault(error) }
    guard let said else { return nil }
    let end = try position()
    if said.position > end { return .beyond(said.position, ledger: end) }
    return try leafHash(at: said.position) == said.leaf ? nil : .differs(at: said.position)
  }
}

extension Ledger {
  /// Opens a ledger in which nobody writes meanwhile, such as a backup: read only and without a lock file.
  public static func alone(_ path: String) throws(StoreError) -> Ledger {
    try asStoreError { try Ledger(path, isReadOnly: true, usesLockFile: false) }
  }

  /// Opens a ledger read only while its daemon may be writing in it.
  public static func beside(_ path: String) throws(StoreError) -> Ledger {
    try asStoreError { try Ledger(path, isReadOnly: true) }
  }

  /// Writes the whole ledger, as it is now, to a descriptor as a complete `data.mdb`; the caller makes it durable.
  public func copy(to descriptor: Int32) throws(StoreError) {
    try asStoreError { try environment.copy(to: descriptor) }
  }

  /// How large such a copy may be, in bytes.
  public var usedBytes: Int { environment.statistics.usedSize }
}

extension Views {
  /// The stream of the event at a position; nil when the views have no event there. It goes through the events of all
  /// streams.
  public func stream(at position: Position) throws(StoreError) -> UInt64? {
    try asStoreError {
      let transaction = try environment.beginRead()
      var stream: UInt64?
      try transaction.scan(streams, from: nil) { key, value in
        guard bigEndianNumber(value) == position.rawValue else { return .next }
        stream = bigEndianNumber(key.prefix(8))
        return .stop
      }
      return stream
    }
  }
}

extension EventStore {
  /// Throws `StoreError.file` when there is no ledger in a directory, or this account may not read it.
  public static func requireLedger(_ directory: String) throws(StoreError) {
    try asStoreError {
      let path = directory + "/ledger/data.mdb"
      let descriptor = try Files.open(path, O_RDONLY)
      Glibc.close(descriptor)
    }
  }

  /// Whether opening the directory will replay its whole ledger, because there are no views to be believed.
  public static func willReplay(_ directory: String, schemaVersion: String) throws(StoreError) -> Bool {
    guard Files.exists(directory + "/ledger/data.mdb") else { return false }
    return try asStoreError {
      let views = ViewsDirectory(data: directory)
      guard let number = try views.currentNumber() else { return true }
      return try views.trust(number, schemaVersion: "\(Views.schemaVersion), \(schemaVersion)") != .trusted
    }
  }
}
