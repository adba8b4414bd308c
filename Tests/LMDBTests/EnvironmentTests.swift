import CLMDB
import Foundation
@testable import LMDB
import TestSupport
import Testing

@Suite("Environments")
struct EnvironmentTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
  }

  @Test("what was committed is there after closing and opening, synced or not", arguments: [true, false])
  func reopen(sync: Bool) throws {
    do {
      let environment = try folder.open { $0.sync = sync }
      try environment.store([1, 2], in: environment.table("events"))
      try environment.sync()
    }
    let environment = try folder.open()
    let events = try environment.table("events")
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, events) } == [1, 2])
  }

  @Test("a file that is cleared is that of an empty environment, as long as before, and is filled again in its place")
  func cleared() throws {
    do {
      let environment = try folder.open()
      try environment.write { transaction throws(LMDBError) in
        for key in UInt8(0)..<200 {
          try transaction.put(environment.table("events"), [key], [UInt8](repeating: 0x5A, count: 1000))
        }
      }
    }
    let path = folder.path + "/data.mdb"
    let before = try Data(contentsOf: URL(filePath: path))
    try Environment.clear(folder.path)
    let after = try Data(contentsOf: URL(filePath: path))
    #expect(after.count == before.count && after.dropFirst(8192) == before.dropFirst(8192))
    let environment = try folder.open(["others"])
    let others = try environment.table("others")
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, others) } == [])
    try environment.store(Array(1...200), in: others)
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, others) } == Array(1...200))
    #expect(try Data(contentsOf: URL(filePath: path)).count == before.count)
    #expect(code { () throws(LMDBError) in try Environment.clear(folder.path + "/no") } == .system(ENOENT))
  }

  @Test("no file of an environment stays open in a program that this one starts")
  func notInherited() throws {
    for isReadOnly in [false, true] {
      let environment = try folder.open { $0.isReadOnly = isReadOnly }
      var marked = 0
      for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
        guard let descriptor = Int32(name),
          let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name),
          path.hasPrefix(folder.path)
        else { continue }
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "\(path)")
        marked += 1
      }
      #expect(marked >= 2)
      _ = environment.path
    }
  }

  @Test("a second open of a directory is refused, by another path too, until the first one closes")
  func secondOpen() throws {
    let link = folder.path + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    do {
      let first = try folder.open()
      for path in [folder.path, folder.path + "/.", link] {
        let second = code { () throws(LMDBError) in _ = try Environment(path: path, tables: ["events"]) }
        #expect(second == .system(EBUSY))
      }
      try first.sync()
    }
    #expect(throws: Never.self) { try Environment(path: link, tables: ["events"]) }
  }

  @Test("an open that fails leaves the directory free")
  func failedOpen() throws {
    #expect(code { () throws(LMDBError) in _ = try folder.open { $0.isReadOnly = true } } == .system(ENOENT))
    #expect(code { () throws(LMDBError) in _ = try folder.open([""]) } == .badValueSize)
    #expect(code { () throws(LMDBError) in _ = try folder.open { $0.mapSize = 0 } } == .system(EINVAL))
    #expect(throws: Never.self) { try folder.open() }
  }

  @Test("an environment stays open for as long as a transaction of it lives")
  func transactionKeepsItOpen() throws {
    let transaction = try folder.open().beginRead()
    #expect(code { () throws(LMDBError) in _ = try folder.open() } == .system(EBUSY))
    withExtendedLifetime(transaction) {}
  }

  @Test("a missing directory and a file that is not LMDB's are told apart")
  func unreadable() throws {
    #expect(
      code { () throws(LMDBError) in _ = try Environment(path: folder.path + "/none", tables: []) } == .system(ENOENT))
    try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: folder.path + "/data.mdb"))
    #expect(code { () throws(LMDBError) in _ = try folder.open() } == .invalid)
  }

  @Test("a table not named at opening is unknown")
  func unknownTable() throws {
    let environment = try folder.open(["events", "meta"])
    #expect(try environment.table("meta").name == "meta")
    #expect(code { () throws(LMDBError) in _ = try environment.table("other") } == .badDatabase)
  }

  @Test("a read only environment reads, refuses to write and creates no table")
  func readOnly() throws {
    do {
      let environment = try folder.open()
      try environment.store([1], in: environment.table("events"))
    }
    let missing = code { () throws(LMDBError) in _ = try folder.open(["events", "meta"]) { $0.isReadOnly = true } }
    #expect(missing == .badDatabase)
    let environment = try folder.open { $0.isReadOnly = true }
    let events = try environment.table("events")
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, events) } == [1])
    #expect(code { () throws(LMDBError) in _ = try environment.beginWrite() } == .system(EACCES))
    #expect(code { () throws(LMDBError) in try environment.sync() } == .system(EACCES))
  }

  @Test("a copy to a descriptor opens and holds the same rows, without what is not committed")
  func copy() throws {
    let environment = try folder.open(["events", "meta"])
    let events = try environment.table("events")
    try environment.store([1, 2, 3], in: events)
    let target = try Folder()
    let descriptor = open(target.path + "/data.mdb", O_CREAT | O_EXCL | O_WRONLY, 0o600)
    try environment.copy(to: descriptor)
    close(descriptor)
    try environment.store([4], in: events)

    let copied = try target.open(["events", "meta"])
    let copiedEvents = try copied.table("events")
    #expect(try copied.read { transaction throws(LMDBError) in try keys(transaction, copiedEvents) } == [1, 2, 3])
    #expect(code { () throws(LMDBError) in try environment.copy(to: -1) } == .system(EBADF))
  }

  @Test("the figures follow the commits, and files are the owner's alone")
  func statistics() throws {
    let environment = try folder.open { $0.maxReaders = 9 }
    let before = environment.statistics
    try environment.store([1], in: environment.table("events"))
    let after = environment.statistics
    #expect(after.lastTransaction == before.lastTransaction + 1)
    #expect(after.mapSize == 64 << 20)
    #expect(after.pageSize == 4096)
    #expect(after.readersMaximum == 9)
    #expect(after.readersInUse == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/data.mdb")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(after.usedSize == attributes[.size] as? Int)
  }

  @Test("LMDB gets MDB_NOTLS and no other flag, but MDB_NOSYNC when not synced", arguments: [true, false])
  func flags(sync: Bool) throws {
    let environment = try folder.open { $0.sync = sync }
    var flags: UInt32 = 0
    mdb_env_get_flags(environment.store.pointer, &flags)
    #expect(flags == UInt32(sync ? MDB_NOTLS : MDB_NOTLS | MDB_NOSYNC))
  }

  @Test("the reader of a dead process is cleared, that of a living one stays")
  func staleReaders() async throws {
    let environment = try folder.open()
    let reader = try environment.beginRead()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
      let transaction = try Environment(path: path, tables: []).beginRead()
      kill(getpid(), SIGKILL)
      withExtendedLifetime(transaction) {}
    }
    #expect(environment.statistics.readersInUse == 2)
    #expect(try environment.clearStaleReaders() == 1)
    #expect(environment.statistics.readersInUse == 1)
    withExtendedLifetime(reader) {}
  }

  @Test("an environment may be closed and its directory removed and made again, many times")
  func recreate() throws {
    for round in UInt8(0)..<20 {
      let folder = try Folder()
      let environment = try folder.open()
      try FileManager.default.removeItem(atPath: folder.path)
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
      let again = try folder.open()
      try again.store([round], in: again.table("events"))
      withExtendedLifetime(environment) {}
    }
  }
}
