public import LMDB

import Glibc

/// The two files that grow in a map of memory, whose size is a setting.
public enum StoreMap: String, Hashable, Sendable {
  case ledger, views
}

extension EventStore {
  /// The largest that a map may be made, in bytes; one that is opened read only always is.
  public static let mapBytesMax = 1 << 40
  /// What a map may grow to without a setting, in bytes.
  public static let mapBytesDefault = 64 << 30

  /// What is kept free in each map, in bytes, so that a group of commands that was let in finds room for all its pages,
  /// and later the events that the office itself must record.
  public var mapReserveBytes: Int { min(32 << 20, mapBytes / 4) }

  /// The map that has less left than `mapReserveBytes`, plus `bytes` for the ledger, and how many bytes it has left;
  /// nil when both have room.
  public func fullMap(for bytes: Int = 0) throws(StoreError) -> (map: StoreMap, leftBytes: Int)? {
    for (map, environment) in [(StoreMap.ledger, ledger.environment), (.views, views.environment)] {
      let needed = mapReserveBytes + (map == .ledger ? bytes : 0)
      if let left = try asStoreError({ try environment.room(lessThan: needed) }) { return (map, left) }
    }
    return nil
  }

  /// The error of a write in one of the maps, as the store's.
  func growthError(_ error: LMDBError, _ map: StoreMap) -> StoreError {
    error.code == .mapFull ? .mapFull(map, bytes: mapBytes) : .storage(error)
  }

  /// Whether new views of so many bytes may not fit into their map.
  public func lacksMap(forViewsOf bytes: Int) -> Bool { mapBytes - mapReserveBytes < bytes }
}

extension Environment {
  /// How many bytes the map has left when that is less than `bytes`; nil when it is not. Freed pages count as left:
  /// most of them are taken before the file grows.
  fileprivate func room(lessThan bytes: Int) throws(LMDBError) -> Int? {
    var left = growthLeft
    // Freed pages are counted only when it matters, because that reads the whole list of them.
    if left < bytes { left += try freeBytes() }
    return left < bytes ? left : nil
  }
}

extension StoreError {
  /// Whether the file system takes nothing more, or a map is full; what is there can be read.
  public var refusesGrowth: Bool {
    switch self {
    case .file(let error): error.refusesGrowth
    case .storage(let error): error.code.refusesGrowth
    case .mapFull: true
    default: false
    }
  }
}

extension StoreError {
  /// Whether the reason is a file system that may only be read.
  public var isReadOnly: Bool {
    switch self {
    case .file(let error): error.code == EROFS
    case .storage(let error): error.code == .system(EROFS)
    default: false
    }
  }
}

extension LMDBError.Code {
  /// As `FileError.refusesGrowth`.
  public var refusesGrowth: Bool {
    switch self {
    case .mapFull: true
    case .system(let code): code.refusesGrowth
    default: false
    }
  }
}
