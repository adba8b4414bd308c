import EventSourcing
import EventStore
import MerkleTree
import TestSupport
import Testing

@Suite("A ledger that takes another's place")
struct LedgerImportTests {
  private static let id = [UInt8](repeating: 7, count: 16)
  private static let records = (1...5).map { [UInt8](repeating: UInt8($0), count: 10) }

  @Test("it has the other's records, root and name, and keeps them after a restart")
  func whole() throws {
    let folder = try Folder()
    let root = MerkleTree.root(of: Self.records.map { MerkleTree.leafHash($0) })
    var head = Frontier()
    for record in Self.records { head.append(MerkleTree.leafHash(record)) }
    let issued = try IssuedCheckpoint(of: head, signedBy: NoteSigningKey(name: "office.example"))
    try {
      let store = try Notebook(folder).store
      try store.beginImport(id: Self.id, isDemo: true)
      _ = try store.importRecords(Array(Self.records[..<2]))
      #expect(try store.importRecords(Array(Self.records[2...])).root == root)
      try store.finishImport(checkpoints: [issued])
      #expect(store.ledger.id == Self.id && store.ledger.isDemo)
    }()
    let ledger = try EventStore(folder.path, tables: [], schemaVersion: "notes 1", isDemo: false, now: 0).ledger
    #expect(ledger.id == Self.id && ledger.isDemo)
    #expect(try ledger.rootText() == root.base64)
    #expect(try ledger.records(from: .start, limit: 9).map(\.record) == Self.records)
    #expect(try ledger.checkpoints().map(\.text) == [issued.kept])
  }

  @Test("left in the middle, a start finds it empty and under its own name again, and does not believe the views")
  func interrupted() throws {
    let folder = try Folder()
    var id: [UInt8] = []
    try {
      let store = try Notebook(folder).store
      id = store.ledger.id
      try store.beginImport(id: Self.id, isDemo: true)
      _ = try store.importRecords(Self.records)
      // An orderly stop does not make the views of the ledger that is gone believable.
      try store.close()
    }()
    let store = try EventStore(folder.path, tables: Notebook.tables, schemaVersion: "notes 1", isDemo: false, now: 0)
    #expect(store.wasImportAbandoned && store.ledger.id == id && !store.ledger.isDemo)
    #expect(try store.ledger.position() == .start && store.ledger.rootText() == MerkleTree.emptyRoot.base64)
    #expect(store.views.number == 2)
  }

  @Test("given up while it runs, the ledger is empty, and the next start finds nothing amiss")
  func abandoned() throws {
    let folder = try Folder()
    try {
      let store = try Notebook(folder).store
      try store.beginImport(id: Self.id, isDemo: false)
      _ = try store.importRecords(Self.records)
      try store.abandonImport()
      #expect(try store.ledger.position() == .start)
    }()
    #expect(try !Notebook(folder).store.wasImportAbandoned)
  }
}
