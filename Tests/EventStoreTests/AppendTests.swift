import EventSourcing
import EventStore
import LMDB
import MerkleTree
import TestSupport
import Testing

@Suite("Appending and reading")
struct AppendTests {
  @Test("positions are dense over all streams, versions within each")
  func dense() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    var positions: [UInt64] = []
    for group in [[(1, 1), (2, 1), (1, 2)], [(2, 2), (3, 1)]] as [[(UInt8, UInt8)]] {
      var batch = try notebook.store.beginBatch()
      for (stream, version) in group {
        #expect(batch.nextPosition == batch.position.next)
        let record = Notebook.record(stream, version)
        positions.append(try batch.append(record, Notebook.key(record)).rawValue)
      }
      #expect(batch.appended == group.count)
      try batch.commit(.atOnce, notebook.project)
    }
    #expect(positions == [1, 2, 3, 4, 5])
    let transaction = try notebook.store.views.environment.beginRead()
    #expect(try notebook.store.views.positions(of: 1, transaction) == [Position(1), Position(3)])
    #expect(try notebook.store.views.positions(of: 2, transaction) == [Position(2), Position(4)])
    #expect(try notebook.store.views.positions(of: 2, from: Version(2), transaction) == [Position(4)])
    #expect(try notebook.store.views.positions(of: 1, limit: 1, transaction) == [Position(1)])
    #expect(try notebook.store.views.positions(of: 4, transaction).isEmpty)
    #expect(try notebook.store.views.version(of: 2, transaction) == Version(2))
    #expect(try notebook.store.views.version(of: 4, transaction) == .none)
    #expect(try notebook.store.views.lastStream(transaction) == 3)
    #expect(try notebook.store.views.position(transaction) == Position(5))
  }

  @Test("events are read by position, from a position on, and all")
  func reading() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(5)
    let ledger = notebook.store.ledger
    #expect(try ledger.record(at: Position(3)) == Notebook.record(1, 3))
    #expect(try ledger.record(at: Position(6)) == nil)
    #expect(try ledger.record(at: .start) == nil)
    #expect(try ledger.records(from: Position(4), limit: 10).map(\.position) == [Position(4), Position(5)])
    #expect(try ledger.records(from: Position(2), limit: 2).map(\.position) == [Position(2), Position(3)])
    #expect(try ledger.records(from: Position(1), limit: 0).isEmpty)
    #expect(try notebook.records() == (1...5).map { Notebook.record(1, $0) })
  }

  @Test("a batch reads what it appended before it is committed, and others do not")
  func ownWrites() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    let record = Notebook.record(1, 1)
    var batch = try notebook.store.beginBatch()
    _ = try batch.append(record, Notebook.key(record))
    #expect(try batch.record(at: Position(1)) == record)
    #expect(try notebook.store.ledger.position() == .start)
    try batch.commit(.atOnce, notebook.project)
    #expect(try notebook.store.ledger.position() == Position(1))
  }

  @Test("a version that is not the next one is refused and puts nothing", arguments: [1, 3, 0, 200] as [UInt8])
  func conflict(version: UInt8) throws {
    // given
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(1)
    // when
    let record = Notebook.record(1, version)
    var batch = try notebook.store.beginBatch()
    do throws(StoreError) {
      _ = try batch.append(record, Notebook.key(record))
      Issue.record("version \(version) was taken after version 1")
    } catch {
      guard case .versionConflict(stream: 1, expected: Version(UInt32(version)), actual: Version(1)) = error else {
        Issue.record("\(error)")
        return
      }
    }
    // then the batch goes on as if it had not been asked
    #expect(batch.appended == 0)
    let next = Notebook.record(1, 2)
    _ = try batch.append(next, Notebook.key(next))
    try batch.commit(.atOnce, notebook.project)
    #expect(try notebook.records() == [Notebook.record(1, 1), next])
  }

  @Test("a batch that is aborted or dropped leaves nothing in the ledger nor in the views", arguments: [true, false])
  func dropped(aborts: Bool) throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(2)
    let before = (try notebook.records(), try notebook.rows(), try notebook.store.ledger.rootText())
    do {
      var batch = try notebook.store.beginBatch()
      let record = Notebook.record(1, 3)
      _ = try batch.append(record, Notebook.key(record))
      if aborts { batch.abort() }
    }
    #expect(try notebook.records() == before.0)
    #expect(try notebook.rows() == before.1)
    #expect(try notebook.store.ledger.rootText() == before.2)
    try notebook.commit(1)
    #expect(try notebook.store.ledger.position() == Position(3))
  }

  @Test("a batch to which nothing was appended commits nothing")
  func empty() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(1)
    let rows = try notebook.rows()
    try notebook.store.beginBatch().commit(.atOnce, notebook.project)
    #expect(try notebook.rows() == rows)
    #expect(try notebook.store.ledger.position() == Position(1))
  }

  @Test("after every commit, and after opening again, the head is the root over all leaf hashes")
  func head() throws {
    let folder = try Folder()
    var records: [[UInt8]] = []
    func root() -> String { MerkleTree.root(of: records.map { MerkleTree.leafHash($0) }).base64 }
    do {
      let notebook = try Notebook(folder)
      #expect(try notebook.store.ledger.rootText() == root())
      for size in [1, 2, 1, 5, 3, 8, 1] {
        try notebook.commit(size)
        records = try notebook.records()
        #expect(try notebook.store.ledger.rootText() == root())
      }
    }
    let notebook = try Notebook(folder)
    #expect(try notebook.store.ledger.rootText() == root())
    try notebook.commit(1)
    records = try notebook.records()
    #expect(records.count == 22)
    #expect(try notebook.store.ledger.rootText() == root())
  }

  @Test("a command is found by caller and id, from its first event to its last")
  func commands() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    let store = notebook.store
    let id = [UInt8](repeating: 3, count: 16)
    var batch = try store.beginBatch()
    for version in 1...3 as ClosedRange<UInt32> {
      let key = Views.RecordKey(stream: 1, version: Version(version), uid: 1000, commandID: id, digest: [4, 2])
      _ = try batch.append([1, UInt8(version)], key)
    }
    try batch.commit(.atOnce, notebook.project)
    let transaction = try store.views.environment.beginRead()
    let accepted = try #require(try store.views.accepted(uid: 1000, commandID: id, transaction))
    #expect(accepted.first == Position(1) && accepted.last == Position(3) && accepted.digest == [4, 2])
    #expect(try store.views.accepted(uid: 1001, commandID: id, transaction) == nil)
    #expect(try store.views.accepted(uid: 1000, commandID: Array(id.dropLast()) + [0], transaction) == nil)
  }
}
