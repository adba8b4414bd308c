import EventSourcing
import EventStore
import Foundation
import Glibc
import LMDB
import TestSupport
import Testing

@Suite("Which views are believed when the directory is opened again")
struct ReopeningTests {
  /// A directory with seven events, closed in order or not, and the rows that its views had.
  private func given(closed: Bool) throws -> (folder: Folder, rows: [String]) {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(4)
    try notebook.commit([Notebook.record(2, 1), Notebook.record(3, 1)])
    try notebook.commit(1)
    if closed { try notebook.store.close() }
    return (folder, try notebook.rows())
  }

  private func state(_ folder: Folder, _ change: (inout [String]) -> Void) throws {
    var lines = try folder.text("STATE").components(separatedBy: "\n")
    change(&lines)
    try folder.write(Array(lines.joined(separator: "\n").utf8), to: "STATE")
  }

  private func expect(_ folder: Folder, replayed: Int, _ rows: [String]) throws {
    let notebook = try Notebook(folder)
    #expect(notebook.replayed == replayed)
    #expect(try notebook.rows() == rows)
    let views = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("views-") }
    #expect(views == ["views-\(notebook.store.views.number)"])
    try notebook.commit(1)
    #expect(try notebook.store.ledger.position() == Position(8))
  }

  @Test("views that were closed in order are believed, and nothing is replayed")
  func clean() throws {
    let (folder, rows) = try given(closed: true)
    try expect(folder, replayed: 0, rows)
  }

  @Test("closed in order, they are believed after a reboot too")
  func cleanAfterReboot() throws {
    let (folder, rows) = try given(closed: true)
    try state(folder) { $0[1] = "boot another" }
    try expect(folder, replayed: 0, rows)
  }

  @Test("views of a process that was killed are believed while the machine runs on")
  func killed() throws {
    let (folder, rows) = try given(closed: false)
    #expect(try folder.text("STATE").hasPrefix("unclean\n"))
    try expect(folder, replayed: 0, rows)
  }

  @Test("views of a process that was lost with its machine are thrown away and replayed")
  func lostMachine() throws {
    let (folder, rows) = try given(closed: false)
    try state(folder) { $0[1] = "boot another" }
    try expect(folder, replayed: 7, rows)
  }

  @Test("opening them marks them unclean, so that a lost machine is noticed the second time too")
  func uncleanAgain() throws {
    let (folder, rows) = try given(closed: true)
    do { _ = try Notebook(folder) }
    try state(folder) { $0[1] = "boot another" }
    try expect(folder, replayed: 7, rows)
  }

  @Test(
    "without CURRENT, or when it names what is not there, the views are replayed",
    arguments: [nil, "", "views-1", "views-9\n", "views--1\n", "ledger\n"])
  func current(text: String?) throws {
    let (folder, rows) = try given(closed: true)
    if let text { try folder.write(Array(text.utf8), to: "CURRENT") } else { try folder.remove("CURRENT") }
    try expect(folder, replayed: 7, rows)
  }

  @Test(
    "without STATE, or when it cannot be read, the views are replayed",
    arguments: [nil, "", "clean", "clean\n\n\n\n", "maybe\nboot x\nfile 1 1\nform notes 1\n"])
  func state(text: String?) throws {
    let (folder, rows) = try given(closed: true)
    if let text { try folder.write(Array(text.utf8), to: "STATE") } else { try folder.remove("STATE") }
    try expect(folder, replayed: 7, rows)
  }

  @Test("when STATE speaks of another file, as after a copy, the views are replayed")
  func copied() throws {
    let (folder, rows) = try given(closed: true)
    let copy = try Folder()
    try copy.replace("views-1", from: folder)
    try folder.replace("views-1", from: copy)
    try expect(folder, replayed: 7, rows)
  }

  @Test("views of another form are replayed, and afterwards believed")
  func otherSchema() throws {
    let (folder, rows) = try given(closed: true)
    do {
      let notebook = try Notebook(folder, schemaVersion: "notes 2")
      #expect(notebook.replayed == 7)
      #expect(try notebook.rows() == rows)
      try notebook.store.close()
    }
    do { #expect(try Notebook(folder, schemaVersion: "notes 2").replayed == 0) }
    #expect(try Notebook(folder, schemaVersion: "notes 1").replayed == 7)
  }

  @Test("views that are behind the ledger are caught up from where they are")
  func behind() throws {
    let folder = try Folder()
    do { try Notebook(folder).commit(3) }
    let views = try Folder()
    try views.replace("views-1", from: folder)
    do { try Notebook(folder).commit(4) }
    // The same file with its older content, as when the views' commit failed after the ledger's.
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/views-1/data.mdb"))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(try views.bytes("views-1/data.mdb")))
    try handle.close()
    let notebook = try Notebook(folder)
    #expect(notebook.replayed == 4)
    #expect(
      try notebook.store.views.environment.read { transaction throws(LMDBError) in
        try notebook.store.views.position(transaction)
      } == Position(7))
  }

  @Test("the boot is the one that the unit hands over")
  func bootID() async {
    await #expect(processExitsWith: .success) {
      let folder = try Folder()
      setenv("MOTCUA_BOOT_ID", "1111-22", 1)
      do { try Notebook(folder).commit(2) }
      let sameBoot = try Notebook(folder).replayed
      setenv("MOTCUA_BOOT_ID", "3333-44", 1)
      let otherBoot = try Notebook(folder).replayed
      try FileManager.default.removeItem(atPath: folder.path)
      exit(sameBoot == 0 && otherBoot == 2 ? 0 : 1)
    }
  }
}

@Suite("The views are a witness against the ledger")
struct WitnessTests {
  private func files(_ folder: Folder) throws -> [[UInt8]] {
    try ["CURRENT", "STATE", "views-1/data.mdb", "ledger/data.mdb", "keys/master", "keys/slots"].map(folder.bytes)
  }

  @Test("a ledger that ends before what the views saw is refused, and nothing is changed", arguments: [true, false])
  func shorter(closed: Bool) throws {
    // given a backup of three events, and two more that were acknowledged since
    let (folder, backup) = (try Folder(), try Folder())
    do { try Notebook(folder).commit(3) }
    try backup.replace("ledger", from: folder)
    do {
      let notebook = try Notebook(folder)
      try notebook.commit(2)
      if closed { try notebook.store.close() }
    }
    // when
    try folder.replace("ledger", from: backup)
    let before = try files(folder)
    guard case .ledgerBehindViews(let seen, let ledger)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("two acknowledged events were lost in silence")
      return
    }
    // then
    #expect(seen == Position(5) && ledger == Position(3))
    #expect(try files(folder) == before)
    guard case .ledgerBehindViews? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("refused once only")
      return
    }
  }

  @Test("a ledger with another event where the views have been is refused, and nothing is changed")
  func different() throws {
    let (folder, other) = (try Folder(), try Folder())
    do { try Notebook(folder).commit(3) }
    for name in ["ledger", "keys"] { try other.replace(name, from: folder) }
    do { try Notebook(folder).commit([Notebook.record(1, 4, "this")]) }
    do { try Notebook(other).commit([Notebook.record(1, 4, "that")]) }
    try folder.replace("ledger", from: other)
    let before = try files(folder)
    guard case .ledgerDiffers(let position)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("an exchanged ledger was taken")
      return
    }
    #expect(position == Position(4))
    #expect(try files(folder) == before)
  }

  @Test("a longer ledger with the same past is taken and caught up")
  func longer() throws {
    let (folder, other) = (try Folder(), try Folder())
    do { try Notebook(folder).commit(3) }
    for name in ["ledger", "keys"] { try other.replace(name, from: folder) }
    do { try Notebook(other).commit(2) }
    try folder.replace("ledger", from: other)
    #expect(try Notebook(folder).replayed == 2)
  }
}
