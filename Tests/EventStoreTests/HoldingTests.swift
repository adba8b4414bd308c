import EventSourcing
import EventStore
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A store works in its own files only")
struct HoldingTests {
  /// The path that the store says is no longer its own; nil when all are.
  private func lost(_ store: EventStore) throws -> String? {
    guard case .notOurs(let path)? = try storeError({ try store.requireHolding() }) else { return nil }
    return path
  }

  @Test(
    "when a file that it works in is removed or replaced, then it says which, and again when another lies there",
    arguments: ["lock", "ledger/data.mdb", "keys/slots"], [true, false])
  func taken(name: String, isReplaced: Bool) throws {
    // given
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(1)
    #expect(try lost(notebook.store) == nil)
    let (path, aside) = (folder.path + "/" + name, folder.path + "/aside")
    // when
    try FileManager.default.moveItem(atPath: path, toPath: aside)
    if isReplaced { try FileManager.default.copyItem(atPath: aside, toPath: path) }
    // then
    #expect(try lost(notebook.store) == path)
    if isReplaced { try FileManager.default.removeItem(atPath: path) }
    try FileManager.default.moveItem(atPath: aside, toPath: path)
    #expect(try lost(notebook.store) != nil, "another process may have worked there meanwhile")
  }

  @Test("when the lock file is removed, then a second store is kept out all the same, and nothing is changed")
  func second() throws {
    let folder = try Folder()
    let first = try Notebook(folder)
    try first.store.keys.prepare(upTo: 1)
    let slots = try folder.bytes("keys/slots")
    try folder.remove("lock")
    guard case .inUse(let directory)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("two stores work in one directory")
      return
    }
    #expect(directory == folder.path)
    #expect(try folder.bytes("keys/slots") == slots)
  }

  @Test("given keys that were replaced by a backup's, then they are its own, and locked")
  func replacedKeys() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.store.keys.replace(with: try KeysBackup(notebook.store.keys.backupBytes()))
    #expect(try lost(notebook.store) == nil)
    try folder.remove("lock")
    guard case .inUse? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("two stores work in one directory")
      return
    }
  }

  @Test("a store whose files were taken leaves everything as it is, when it closes too")
  func touchesNothing() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(1)
    let views = try notebook.store.makeViews(now: 0)
    let state = try folder.bytes("STATE")
    try folder.remove("lock")
    _ = try lost(notebook.store)
    notebook.store.distrustViews()
    try notebook.store.discard(views)
    #expect(try storeError { try notebook.store.close() } != nil)
    #expect(try folder.bytes("STATE") == state && folder.exists("views-2"))
  }
}
