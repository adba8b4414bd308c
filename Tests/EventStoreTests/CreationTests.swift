import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

@Suite("Making and opening a data directory")
struct CreationTests {
  @Test("a new directory gets a ledger, keys and views, and an end at 0")
  func new() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    #expect(try notebook.store.ledger.position() == .start)
    #expect(notebook.store.ledger.id.count == 16)
    #expect(folder.exists("ledger/data.mdb") && folder.exists("keys/master") && folder.exists("views-1/data.mdb"))
    #expect(try folder.text("CURRENT") == "views-1\n")
  }

  @Test("what a crash left of a ledger that was being made is thrown away")
  func halfMade() throws {
    // given
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/ledger.new", withIntermediateDirectories: true)
    try folder.write([UInt8](repeating: 0x5A, count: 5000), to: "ledger.new/data.mdb")
    // when
    let notebook = try Notebook(folder)
    try notebook.commit(1)
    // then
    #expect(!folder.exists("ledger.new"))
    #expect(try notebook.store.ledger.position() == Position(1))
  }

  @Test("a creation that was interrupted between the keys and the ledger goes on with the same keys")
  func interrupted() throws {
    let folder = try Folder()
    do { _ = try Notebook(folder) }
    let master = try folder.bytes("keys/master")
    try folder.remove("ledger", "views-1", "CURRENT", "STATE")
    let notebook = try Notebook(folder)
    #expect(try folder.bytes("keys/master") == master)
    try notebook.commit(1)
  }

  @Test("a creation that was interrupted before the slots goes on")
  func interruptedBeforeSlots() throws {
    let folder = try Folder()
    do { _ = try Notebook(folder) }
    try folder.remove("ledger", "views-1", "CURRENT", "STATE", "keys/slots")
    let notebook = try Notebook(folder)
    try notebook.store.keys.prepare(upTo: 1)
    #expect(try notebook.store.keys.commitment(1).count == 32)
  }

  @Test("the directory is opened once, by this process too, and again when the first has gone")
  func inUse() throws {
    let folder = try Folder()
    do {
      let first = try Notebook(folder)
      guard case .inUse(let directory)? = try storeError({ _ = try Notebook(folder) }) else {
        Issue.record("opened twice")
        return
      }
      #expect(directory == folder.path)
      try first.commit(1)
    }
    #expect(try Notebook(folder).store.ledger.position() == Position(1))
  }

  @Test("a file that is no LMDB file is refused as a ledger and left as it is")
  func foreignFile() throws {
    let folder = try Folder()
    do { try Notebook(folder).commit(1) }
    let foreign = Array("not a ledger, and not LMDB's".utf8) + [UInt8](repeating: 1, count: 9000)
    try folder.write(foreign, to: "ledger/data.mdb")
    guard case .notALedger = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("a foreign file was taken for a ledger")
      return
    }
    #expect(try folder.bytes("ledger/data.mdb") == foreign)
  }

  @Test("an LMDB environment of somebody else is refused as a ledger")
  func foreignEnvironment() throws {
    let folder = try Folder()
    do { _ = try Notebook(folder) }
    try folder.replace("ledger", from: folder, "views-1")
    guard case .notALedger(let path, _)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("a foreign environment was taken for a ledger")
      return
    }
    #expect(path == folder.path + "/ledger")
  }

  @Test("a ledger without its master key is refused, and no new key is made")
  func masterKeyMissing() throws {
    let folder = try Folder()
    do { try Notebook(folder).commit(1) }
    try folder.remove("keys/master")
    guard case .masterKeyMissing(let path)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("opened without a master key")
      return
    }
    #expect(path == folder.path + "/keys/master")
    #expect(!folder.exists("keys/master"))
  }

  @Test(
    "a ledger that has gone while anything is there that comes after one is not replaced by a new one",
    arguments: ["CURRENT", "STATE", "views-1", "ACCEPTED", "keys/slots"])
  func ledgerGone(trace: String) throws {
    // given
    let folder = try Folder()
    do {
      let notebook = try Notebook(folder)
      try notebook.commit(2)
      if trace == "keys/slots" { try notebook.store.keys.prepare(upTo: 1) }
    }
    if trace == "ACCEPTED" { try folder.write(Array("2 1\n".utf8), to: trace) }
    for name in ["CURRENT", "STATE", "views-1"] where name != trace { try folder.remove(name) }
    try folder.remove("ledger")
    let keys = try folder.bytes("keys/slots")
    // when
    guard case .ledgerMissing(path: let path, there: let there)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("a lost ledger went unnoticed")
      return
    }
    // then
    #expect(path == folder.path + "/ledger" && there == [trace])
    #expect(try !folder.exists("ledger") && folder.bytes("keys/slots") == keys)
  }

  @Test("a ledger's directory without its file is a lost ledger")
  func ledgerFileGone() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/ledger", withIntermediateDirectories: true)
    guard case .ledgerMissing(path: let path, there: [])? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("a lost ledger went unnoticed")
      return
    }
    #expect(path == folder.path + "/ledger/data.mdb")
  }

  @Test("a signing key that was made before the first start is no trace of a ledger")
  func signingKeyFirst() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/keys", withIntermediateDirectories: true)
    try folder.write([1], to: "keys/signing")
    try Notebook(folder).commit(1)
    #expect(try folder.bytes("keys/signing") == [1])
  }

  @Test("a data directory is made with those above it")
  func deep() throws {
    let folder = try Folder()
    let store = try EventStore(
      folder.path + "/a/b/c", tables: Notebook.tables, schemaVersion: "notes 1", isDemo: false, now: 0)
    #expect(try store.ledger.position() == .start)
  }

  @Test("a ledger keeps the mark of a demo that it was made with")
  func demo() throws {
    let folder = try Folder()
    do { #expect(try Notebook(folder, isDemo: true).store.ledger.isDemo) }
    #expect(try Notebook(folder, isDemo: false).store.ledger.isDemo)
  }
}
