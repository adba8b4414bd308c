import Foundation
import Glibc
import LMDB
import Synchronization
import TestSupport
import Testing

@testable import EventStore

@Suite("What is not needed any more is overwritten before it goes")
struct FreedFilesTests {
  /// Whether all that a file has is zeros; its name may be gone.
  private static func isOverwritten(_ handle: FileHandle) throws -> Bool {
    try handle.seek(toOffset: 0)
    return try handle.readToEnd()?.allSatisfy { $0 == 0 } ?? true
  }

  private static func names(_ folder: Folder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/freed")
  }

  /// Waits until it is so.
  private static func expectSoon(_ condition: () throws -> Bool) throws {
    #expect(try eventually(condition))
  }

  private static func rebuild(_ notebook: Notebook, now: Int64) throws {
    let fresh = try notebook.store.makeViews(now: now)
    try notebook.fill(fresh)
    try notebook.store.replaceViews(with: fresh)
  }

  @Test("views that are replaced are read on in, and overwritten when the last reader has gone")
  func lastReader() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit([Notebook.record(1, 1, "Nguyễn Thị Hoa")])
    let handle = try #require(FileHandle(forReadingAtPath: folder.path + "/views-1/data.mdb"))
    var old: Views? = notebook.store.views
    let table = try #require(try old?.environment.table("last"))
    try Self.rebuild(notebook, now: 5)
    #expect(!folder.exists("views-1") && notebook.store.freed.oldest?.at == 0)
    // Longer than it would take.
    usleep(500_000)
    let row = try old?.environment.read { transaction throws(LMDBError) in
      try transaction.bytes(table, bigEndian(UInt64(1)))
    }
    #expect(row == Notebook.record(1, 1, "Nguyễn Thị Hoa"))
    #expect(try !Self.isOverwritten(handle) && !Self.names(folder).isEmpty)
    old = nil
    try Self.expectSoon { try Self.names(folder).isEmpty }
    #expect(try Self.isOverwritten(handle))
    try Self.expectSoon { notebook.store.freed.oldest == nil }
  }

  @Test(
    "a reader in another process is waited for, too",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "skipped: needs python3"))
  func otherProcess() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit([Notebook.record(1, 1)])
    let handle = try #require(FileHandle(forReadingAtPath: folder.path + "/views-1/data.mdb"))
    // What LMDB does in a process that opens an environment.
    let reader = Process()
    reader.executableURL = URL(filePath: "/usr/bin/python3")
    reader.arguments = [
      "-c",
      "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_SH, 1, 0); print('here', flush=True); sys.stdin.read()",
      folder.path + "/views-1/lock.mdb",
    ]
    let (input, output) = (Pipe(), Pipe())
    (reader.standardInput, reader.standardOutput) = (input, output)
    try reader.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).contains("here"))
    try Self.rebuild(notebook, now: 5)
    usleep(500_000)
    #expect(try !Self.isOverwritten(handle) && !Self.names(folder).isEmpty)
    try input.fileHandleForWriting.close()
    reader.waitUntilExit()
    try Self.expectSoon { try Self.names(folder).isEmpty }
    #expect(try Self.isOverwritten(handle))
  }

  @Test("what killed processes have left is overwritten at the next start, beside it")
  func leftovers() throws {
    let folder = try Folder()
    do { try Notebook(folder).commit([Notebook.record(1, 1)]) }
    let names = ["freed/views-3.abc", "views-7", "restore.new/keys", "verify-4194304", "spool"]
    var handles: [FileHandle] = []
    for name in names {
      try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
      try folder.write(Array("Nguyễn Thị Hoa".utf8), to: name + "/data.mdb")
      handles.append(try #require(FileHandle(forReadingAtPath: folder.path + "/" + name + "/data.mdb")))
    }
    let notebook = try Notebook(folder)
    try notebook.store.freeLeftovers()
    try Self.expectSoon { notebook.store.freed.oldest == nil }
    for (name, handle) in zip(names, handles) { #expect(try Self.isOverwritten(handle), "\(name)") }
    #expect(try Self.names(folder).isEmpty)
    for name in names where name != "spool" { #expect(!folder.exists(name)) }
    #expect(!folder.exists("restore.new") && !folder.exists("spool/data.mdb"))
  }

  @Test("what is being made is taken for nothing that a killed process has left", arguments: [true, false])
  func making(isInStore: Bool) throws {
    let folder = try Folder()
    let notebook = isInStore ? try Notebook(folder) : nil
    let (freed, path) = (notebook?.store.freed, folder.path)
    let takings = DispatchGroup()
    let isOver = Atomic(false)
    let failure = Mutex<(any Error)?>(nil)
    for _ in 0..<2 {
      DispatchQueue.global().async(group: takings) {
        while !isOver.load(ordering: .relaxed) {
          do throws(StoreError) { try ScratchDirectory.removeLeftovers(in: path, into: freed) } catch {
            failure.withLock { $0 = error }
          }
        }
      }
    }
    for _ in 0..<500 {
      let scratch = try ScratchDirectory(in: path, for: "spool", into: freed)
      try Data([1]).write(to: URL(filePath: scratch.path + "/data"))
    }
    isOver.store(true, ordering: .relaxed)
    takings.wait()
    #expect(failure.withLock { $0 } == nil)
    try ScratchDirectory.removeLeftovers(in: path, into: freed)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).allSatisfy { !$0.hasPrefix("spool-") })
  }

  @Test("what a store had no time for when it was closed is done by the next one")
  func nextTime() throws {
    let folder = try Folder()
    var held: Views?
    do {
      let notebook = try Notebook(folder)
      try notebook.commit([Notebook.record(1, 1)])
      held = notebook.store.views
      try Self.rebuild(notebook, now: 5)
    }
    #expect(try held != nil && !Self.names(folder).isEmpty)
    held = nil
    let notebook = try Notebook(folder)
    try Self.expectSoon { notebook.store.freed.oldest == nil }
    #expect(try Self.names(folder).isEmpty)
  }

  @Test("a restore that is given up, and scratch that is gone with its owner, are overwritten")
  func givenUp() throws {
    let folder = try Folder()
    let handle: FileHandle
    do {
      let restoration = try Restoration(into: folder.path + "/data")
      try Keys.create(restoration.staged + "/keys")
      handle = try #require(FileHandle(forReadingAtPath: restoration.staged + "/keys/master"))
    }
    #expect(try Self.isOverwritten(handle) && !folder.exists("data"))
    let spooled: FileHandle
    do {
      let spool = try SpoolFile(in: folder.path + "/spool")
      try spool.append(Array("Nguyễn Thị Hoa".utf8))
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/spool").first)
      spooled = try #require(FileHandle(forReadingAtPath: folder.path + "/spool/" + name))
    }
    #expect(try Self.isOverwritten(spooled))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/spool").isEmpty)
  }

  @Test("holes of a file are no blocks, and stay holes; what is no file is only removed")
  func holes() throws {
    let folder = try Folder()
    let path = folder.path + "/sparse"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    try Files.writeAll(descriptor, [1, 2, 3], at: 0, path)
    try Files.writeAll(descriptor, [4, 5, 6], at: 64 << 20, path)
    try #require(fsync(descriptor) == 0)
    let allocated = Files.allocatedBytes(path)
    try Overwriting.fill(descriptor, path)
    #expect(Files.allocatedBytes(path) <= max(allocated, 1 << 16))
    #expect(try Files.read(descriptor, count: 3, at: 0, path) == [0, 0, 0])
    #expect(try Files.read(descriptor, count: 3, at: 64 << 20, path) == [0, 0, 0])
    try #require(symlink("/etc/hostname", folder.path + "/link") == 0)
    try Overwriting.remove(folder.path + "/link")
    #expect(!folder.exists("link") && FileManager.default.fileExists(atPath: "/etc/hostname"))
  }
}
