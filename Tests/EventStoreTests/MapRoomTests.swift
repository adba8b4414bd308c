import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

@Suite("A map that is full")
struct MapRoomTests {
  private func store(_ folder: Folder, mapBytes: Int) throws -> EventStore {
    try EventStore(
      folder.path, tables: Notebook.tables, schemaVersion: "notes 1", isDemo: false, now: 0, mapBytes: mapBytes)
  }

  /// Records of a stream of their own each, until the ledger takes no more.
  private func fill(_ store: EventStore) throws -> StoreError? {
    let first = Int(try store.ledger.position().rawValue) + 1
    for number in first..<first + 10_000 {
      let record = [UInt8](repeating: 7, count: 60_000)
      let key = Views.RecordKey(
        stream: UInt64(number), version: Version(1), uid: 1, commandID: [UInt8](repeating: 1, count: 16),
        digest: [UInt8](repeating: 2, count: 16))
      if let error = try storeError({
        var batch = try store.beginBatch()
        _ = try batch.append(record, key)
        do throws(CommitError) { try batch.commit(.atOnce) { _ throws(LMDBError) in } } catch {
          guard case .mapFull(let map) = error else { throw error }
          throw StoreError.mapFull(map, bytes: 0)
        }
      }) {
        return error
      }
    }
    return nil
  }

  @Test(
    "given a ledger that fills its map, then what does not fit is refused, the rest can be read, it opens again, and takes more in a larger map"
  )
  func ledger() throws {
    let folder = try Folder()
    let end: Position
    do {
      let store = try store(folder, mapBytes: 2 << 20)
      #expect(try store.fullMap() == nil)
      guard case .mapFull(.ledger, _)? = try fill(store) else {
        Issue.record("the map of the ledger never filled")
        return
      }
      end = try store.ledger.position()
      #expect(end > Position(10))
      #expect(try store.ledger.records(from: .start, limit: .max).count == Int(end.rawValue))
      let full = try #require(try store.fullMap())
      #expect(full.map == .ledger && full.leftBytes < store.mapReserveBytes)
      try store.close()
    }
    for _ in 0..<3 {
      let store = try store(folder, mapBytes: 2 << 20)
      #expect(try store.ledger.position() == end && store.fullMap()?.map == .ledger)
      try store.close()
    }
    let larger = try store(folder, mapBytes: 4 << 20)
    #expect(try larger.fullMap() == nil && larger.isSettled)
    try #require(try fill(larger) != nil)
    #expect(try larger.ledger.position() > end)
  }

  @Test("pages that were freed count as room")
  func freed() throws {
    let folder = try Folder()
    let store = try store(folder, mapBytes: 4 << 20)
    _ = try fill(store)
    try #require(try store.fullMap() != nil)
    // Another ledger in its place empties it, and the file stays as long.
    try store.beginImport(id: [UInt8](repeating: 3, count: 16), isDemo: false)
    // What a transaction has freed serves the one before it, until there is another.
    _ = try store.importRecords([])
    #expect(try store.fullMap() == nil)
  }
}
