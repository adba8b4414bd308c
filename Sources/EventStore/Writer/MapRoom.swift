public import LMDB

import Glibc

/// The two files that grow in a map of memory, whose size is a setting.
public enum StoreMap: String, Hashable, Sendable {
  case ledger, views
}

extension EventStore {
  /// How large a map may be made, in bytes; that of whoever only reads always is.
  public static let mapBytesMax = 1 << 40
  public static let mapBytesDefault = 64 << 30

  /// What is kept free in each map, in bytes, so that a group of commands that was let in finds room for all its pages, and
  /// what the office itself must record finds some later.
  public var mapReserveBytes: Int { min(32 << 20, mapBytes / 4) }

  /// The map that has less left than what is kept free in it and so many bytes more, and what it has left; nil when both
  /// have room.
  public func fullMap(for bytes: Int = 0) throws(StoreError) -> (map: StoreMap, leftBytes: Int)? {
    for (map, environment) in [(StoreMap.ledger, ledger.environment), (.views, views.environment)] {
      let needed = mapReserveBytes + (map == .ledger ? bytes : 0)
      if let left = try asStoreError({ try environment.room(lessThan: needed) }) { return (map, left) }
    }
    return nil
  }

  /// What an error of a write in one of the maps says.
  func growthError(_ error: LMDBError, _ map: StoreMap) -> StoreError {
    error.code == .mapFull ? .mapFull(map, bytes: mapBytes) : .storage(error)
  }

  /// Whether views that are made from nothing may find no room for so many bytes.
  public func lacksMap(forViewsOf bytes: Int) -> Bool { mapBytes - mapReserveBytes < bytes }
}

extension Environment {
  /// What the map has left, in bytes, when that is less than so much; nil when it is not. Pages that were freed count: most
  /// of them are taken before the file grows.
  fileprivate func room(lessThan bytes: Int) throws(LMDBError) -> Int? {
    var left = growthLeft
    // Only now, because it looks through all of them.
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
  /// Whether that is because it may only be read.
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
