import Desk
import DeskViews
import EventStore
import LMDB
import Synchronization

/// A group of commands that found no room: nothing of it was written, and the next may find some.
struct NoRoom: Error {
  var failure: CommandFailure
}

extension CommandWriter {
  /// Why no command may be recorded now for want of room; nil when there is room.
  func full() throws -> CommandFailure? {
    if let full = try fullDisk() { return full }
    return try store.fullMap().map {
      .storageFull(freeBytes: $0.leftBytes, reserveBytes: store.mapReserveBytes, limit: $0.map.limit)
    }
  }

  /// The same for what finds the room that is kept free in the maps, or needs none there, with so many bytes more on the
  /// disk. What a full disk had put off at the start is made up for here.
  func fullDisk(for bytes: Int = 0) throws -> CommandFailure? {
    let (room, reserve) = (try store.room(), reserveBytes.load(ordering: .relaxed))
    func refusal(_ limit: StorageLimit) -> CommandFailure {
      .storageFull(freeBytes: room.freeBytes, reserveBytes: reserve, limit: limit)
    }
    if room.isReadOnly { return refusal(.readOnly) }
    if room.freeBytes - bytes < reserve { return refusal(.disk) }
    guard !store.isSettled else { return nil }
    do throws(StoreError) {
      try store.settle(at: now.microseconds)
      return nil
    } catch {
      if let failure = refused(error) { return failure }
      throw error
    }
  }

  /// A map that turned out to be full.
  func full(_ map: StoreMap) -> CommandFailure {
    .storageFull(freeBytes: 0, reserveBytes: store.mapReserveBytes, limit: map.limit)
  }

  /// Why a command, or the views that are built, found no room before anything of it was durable; nil for anything else.
  func noRoom(_ error: any Error) -> CommandFailure? {
    if let map = Self.fullMap(error) { return full(map) }
    return (error as? StoreError).flatMap(refused)
  }

  /// - Throws: `CommandFailure.storageFull` for what found no room; everything else as it is.
  func refusingForRoom<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch { throw noRoom(error) ?? error }
  }

  /// - Throws: `CommandFailure.storageFull` when an export of so many bytes might not find room in the maps.
  func requireMaps(forExportOf bytes: Int) throws {
    if let full = try store.fullMap(for: bytes) {
      throw CommandFailure.storageFull(
        freeBytes: full.leftBytes, reserveBytes: store.mapReserveBytes + bytes, limit: full.map.limit)
    }
    if store.lacksMap(forViewsOf: bytes) {
      throw CommandFailure.storageFull(
        freeBytes: store.mapBytes, reserveBytes: store.mapReserveBytes + bytes, limit: .viewsMap)
    }
  }

  private func refused(_ error: StoreError) -> CommandFailure? {
    guard error.refusesGrowth else { return nil }
    if case .mapFull(let map, _) = error { return full(map) }
    let limit: StorageLimit = error.isReadOnly ? .readOnly : .quota
    let free = (try? store.room().freeBytes) ?? 0
    return .storageFull(freeBytes: free, reserveBytes: reserveBytes.load(ordering: .relaxed), limit: limit)
  }

  /// The map that an error says is full. What is written in the ledger's says so itself.
  static func fullMap(_ error: any Error) -> StoreMap? {
    switch error {
    case StoreError.mapFull(let map, _), CommitError.mapFull(let map): map
    case let error as LMDBError where error.code == .mapFull: .views
    case ViewsError.storage(let error) where error.code == .mapFull: .views
    default: nil
    }
  }
}

extension CommandFailure {
  /// Whether what is kept free for the office itself is still there.
  var leavesReserve: Bool {
    guard case .storageFull(_, _, let limit) = self else { return true }
    return switch limit {
    case .disk, .ledgerMap, .viewsMap: true
    case .quota, .readOnly: false
    }
  }
}

extension StoreMap {
  var limit: StorageLimit {
    switch self {
    case .ledger: .ledgerMap
    case .views: .viewsMap
    }
  }
}
