public import EventSourcing
public import LMDB
import Wording

/// Why a store cannot be opened or used. Nothing was changed unless a case says so.
public enum StoreError: Error, Sendable, CustomStringConvertible {
  case file(FileError)
  case storage(LMDBError)
  /// Another process has the data directory open.
  case inUse(directory: String)
  case notALedger(path: String, found: String)
  /// A newer release wrote it, in a schema version that this one does not know.
  case newerLedger(path: String, schemaVersion: Int)
  /// There is no ledger, but there are things that only come after one.
  case ledgerMissing(path: String, there: [String])
  /// There is no ledger, but what is kept outside the data directory knows of one.
  case ledgerLost(path: String, known: [String])
  /// Something lies where a backup should be put, and it is not written over.
  case occupied(path: String)
  case masterKeyMissing(path: String)
  case keysDamaged(path: String, slot: UInt64)
  case keyMissing(slot: UInt64)
  /// The key of the slot was forgotten, or was never brought here: nothing can be sealed with it.
  case keyClosed(slot: UInt64)
  /// The views have seen an event that the ledger does not have: acknowledged events are missing.
  case ledgerBehindViews(seen: Position, ledger: Position)
  /// The event at that position is not the one that the views saw.
  case ledgerDiffers(at: Position)
  /// A key has signed more events than the ledger has.
  case ledgerBehindSigned(size: Position, ledger: Position)
  /// The first so many events are not those that a key has signed.
  case ledgerNotSigned(size: Position)
  /// What lies outside the data directory knows of a restore, or of a loss that was accepted, and the ledger does not.
  case ledgerBehindRestore(known: String)
  case ledgerDamaged(at: Position, reason: String)
  case versionConflict(stream: UInt64, expected: Version, actual: Version)
  case notADemo(directory: String)
  /// A file that this process works in is no longer the one at its path: somebody removed or replaced it, and another
  /// process may work there now. Nothing more is written.
  case notOurs(path: String)
  /// A map has grown to its size, which is so many bytes; nothing was written.
  case mapFull(StoreMap, bytes: Int)
  /// An error of neither the disk nor LMDB, such as a failure of the cryptography.
  case unexpected(String)

  /// Whether LMDB cannot make sense of a page of the ledger, which no restart mends.
  ///
  /// `.panic` is none of these: LMDB reports it after the disk refused a write of its head, and a restart settles that.
  public var isDamagedPage: Bool {
    if case .storage(let error) = self { error.code.isDamage && error.code != .panic } else { false }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .storage(let error): error.description
    case .inUse(let directory):
      "\(directory) is in use by another motcuad: stop that one first, or choose another directory with --data"
    case .notALedger(let path, let found): "\(path) is not a ledger that this release can read (\(found))"
    case .newerLedger(let path, let schemaVersion):
      "a newer release of motcuad wrote \(path) (schema \(schemaVersion)): run that release; nothing was changed"
    case .ledgerMissing(let path, let there):
      "\(path) is missing, \(there.isEmpty ? "and only its directory is there" : "but what belongs to it is there: \(there.joined(separator: ", "))"): put back the whole ledger, or restore a backup of it into an empty directory with motcuad restore; nothing was changed"
    case .ledgerLost(let path, let known):
      "\(path) is missing, but there was a ledger: \(known.joined(separator: " and ")) \(known.count == 1 ? "tells" : "tell") of it; put the data directory back, or restore a backup of the ledger with motcuad restore, or begin another one with `motcuad run --accept-ledger`, which is recorded; nothing was changed"
    case .occupied(let path):
      "\(path) is there already and is not written over: choose an empty directory with --data; nothing was changed"
    case .masterKeyMissing(let path):
      "\(path) is missing: without the master key the personal parts of the ledger cannot be opened; put it back from the backup of the keys"
    case .keysDamaged(let path, let slot): "\(path) is damaged at slot \(slot): put it back from the backup of the keys"
    case .keyMissing(let slot): "there is no key in slot \(slot)"
    case .keyClosed(let slot): "the key in slot \(slot) was erased, or is not here"
    case .ledgerBehindViews(let seen, let ledger):
      "the views have seen event \(seen.rawValue.groupedEn), but the ledger ends at \(ledger.rawValue.groupedEn): acknowledged events are missing; put back the whole ledger, or go on without them with `motcuad run --accept-ledger`, which is recorded; nothing was changed"
    case .ledgerDiffers(let position):
      "event \(position.rawValue.groupedEn) is not the one that the views saw: the ledger was exchanged or changed; put back the right one, or go on with this one with `motcuad run --accept-ledger`, which is recorded; nothing was changed"
    case .ledgerBehindSigned(let size, let ledger):
      "\(size.rawValue.groupedEn) events were signed, but the ledger ends at \(ledger.rawValue.groupedEn): an older state of it was put back; put back the newest with motcuad restore, or go on without what is missing with `motcuad run --accept-ledger`, which is recorded; nothing was changed"
    case .ledgerNotSigned(let size):
      "the first \(size.rawValue.groupedEn) events are not those that were signed: the ledger was exchanged or changed; put back the right one, or go on with this one with `motcuad run --accept-ledger`, which is recorded; nothing was changed"
    case .ledgerBehindRestore(let known):
      "\(known) knows of a restore, or of a loss that was accepted, and the ledger does not: an older state of it was put back; put back the newest with motcuad restore, or go on without what is missing with `motcuad run --accept-ledger`, which is recorded; nothing was changed"
    case .ledgerDamaged(let position, let reason):
      "the ledger is damaged at event \(position.rawValue.groupedEn): \(reason)"
    case .versionConflict(let stream, let expected, let actual):
      "stream \(stream) is at version \(actual.rawValue), not \(expected.rawValue)"
    case .notADemo(let directory): "\(directory) holds a real ledger: a demo clock works on a demo's ledger only"
    case .notOurs(let path):
      "\(path) is no longer the file that this motcuad works in: somebody removed or replaced it; motcuad stops and touches nothing more"
    case .mapFull(let map, let bytes):
      "the map of the \(map.rawValue) has grown to its \(bytes >> 20) MiB: raise map_mib_max in motcuad.toml and start again; nothing was lost"
    case .unexpected(let what): what
    }
  }
}

/// Runs `body`, and throws whatever it throws as a `StoreError`.
func asStoreError<R: ~Copyable>(_ body: () throws -> R) throws(StoreError) -> R {
  do { return try body() } catch { throw StoreError(error) }
}

extension StoreError {
  /// Whether the system refused something, such as to open a file or to map it: that says nothing of what the file holds.
  public var isOfSystem: Bool {
    switch self {
    case .file: true
    case .storage(let error):
      // What LMDB cannot make sense of is an error of the system to it, too.
      if case .system = error.code { !error.code.isDamage } else { false }
    default: false
    }
  }

  /// Any error as one of the store's: a file's or LMDB's keeps its code, any other becomes `.unexpected`.
  public init(_ error: any Error) {
    self =
      switch error {
      case let error as StoreError: error
      case let error as FileError: .file(error)
      case let error as LMDBError: .storage(error)
      default: .unexpected("\(error)")
      }
  }
}

extension LMDBError {
  /// LMDB speaks English; what the system refused is said as everywhere.
  public var vietnamese: String {
    guard case .system(let code) = code else { return description }
    return "\(operation)\(detail.map { " (\($0))" } ?? ""): \(SystemErrorText(code).vi)"
  }
}
