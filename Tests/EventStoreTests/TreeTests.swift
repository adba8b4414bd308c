import EventSourcing
import EventStore
import LMDB
import MerkleTree
import TestSupport
import Testing

@Suite("The nodes of the ledger's tree, and views that are replaced")
struct TreeTests {
  @Test("given a ledger that grew by commits of any size, its root is found from its nodes, at every size that it had")
  func nodes() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    var leaves: [Hash] = []
    for size in [1, 2, 3, 5, 8, 13, 21] {
      try notebook.commit(size)
      leaves = try notebook.records().map { MerkleTree.leafHash($0) }
      let head = try notebook.store.ledger.head()
      try notebook.store.withTree { reached, node in
        #expect(reached == head.size)
        for earlier in 0...head.size {
          let expected = MerkleTree.root(of: Array(leaves.prefix(Int(earlier))))
          let found = try MerkleTree.root(size: earlier, node: node)
          #expect(found == expected)
        }
      }
    }
    // Views that are built from nothing have the same nodes, however many blocks that takes: the last one is whole, or
    // one event is left for it, or all are one.
    let rows = try notebook.rows()
    for blockMax in [53, 26, 4, 1, 100] {
      let fresh = try notebook.store.makeViews(now: 0)
      try notebook.fill(fresh, blockMax: blockMax)
      try notebook.store.replaceViews(with: fresh)
      #expect(try notebook.rows() == rows)
    }
  }

  @Test("given a ledger in which an event is missing, when it is replayed, then that is said, in whatever block it is")
  func gap() throws {
    let folder = try Folder()
    do { try Notebook(folder).commit(9) }
    do {
      let environment = try Environment(path: folder.path + "/ledger", tables: ["events", "meta"])
      let events = try environment.table("events")
      try environment.write { transaction throws(LMDBError) in _ = try transaction.delete(events, bigEndian(UInt64(7)))
      }
    }
    try folder.remove("STATE")
    guard case .ledgerDamaged(at: Position(7), _)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("it was not said")
      return
    }
  }

  @Test(
    "given a reader in the old views, when they are replaced, then it reads on, and the next one reads the new ones")
  func replaced() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(5)
    let old = notebook.store.views
    let reader = try old.environment.beginRead()
    let fresh = try notebook.store.makeViews(now: 9)
    try notebook.fill(fresh)
    var steps: [String] = []
    try notebook.store.replaceViews(with: fresh) { steps.append((try? folder.text("CURRENT")) ?? "") }
    #expect(steps == ["views-1\n", "views-2\n"], "a sign of life after each flush")
    #expect(try old.position(reader) == Position(5))
    #expect(notebook.store.views === fresh && folder.exists("views-2") && !folder.exists("views-1"))
    #expect(try folder.text("CURRENT") == "views-2\n")
    #expect(try fresh.environment.read { transaction throws(LMDBError) in try fresh.builtAt(transaction) } == 9)
  }

  @Test("given views that are behind the ledger, they are not let to answer, and the old ones go on")
  func behind() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(5)
    let fresh = try notebook.store.makeViews(now: 0)
    guard case .unexpected? = try storeError({ try notebook.store.replaceViews(with: fresh) }) else {
      Issue.record("views that are behind were let to answer")
      return
    }
    try notebook.store.discard(fresh)
    #expect(notebook.store.views.number == 1 && !folder.exists("views-2"))
  }

  @Test("checkpoints are kept with the ledger, in order of size, those of several keys at one size each")
  func checkpoints() throws {
    let folder = try Folder()
    do {
      let notebook = try Notebook(folder)
      try notebook.commit(3)
      for (size, key, text) in [(3, 2, "c"), (1, 7, "a"), (3, 1, "b"), (300, 0, "d")] as [(UInt64, UInt32, String)] {
        var batch = try notebook.store.beginBatch()
        batch.keep(checkpoint: text, ofSize: size, keyID: key)
        try batch.commit(.behind, notebook.project)
      }
    }
    let kept = try Notebook(folder).store.ledger.checkpoints()
    #expect(kept.map(\.text) == ["a", "b", "c", "d"] && kept.map(\.size) == [1, 3, 3, 300])
  }
}
