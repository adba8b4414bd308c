import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

@Suite("Views that are written behind the ledger")
struct BehindTests {
  /// What is recorded, as somebody would keep it on paper.
  private struct Paper {
    private(set) var keys: [Views.RecordKey] = []

    func positions(of stream: UInt64) -> [Position] {
      keys.indices.filter { keys[$0].stream == stream }.map { Position(UInt64($0) + 1) }
    }

    func version(of stream: UInt64) -> Version { Version(UInt32(positions(of: stream).count)) }

    /// From the first event of each command of this id to its last, by uid.
    func commands(_ id: [UInt8]) -> [UInt32: [Position]] {
      let places = keys.indices.filter { keys[$0].commandID == id }
      return Dictionary(grouping: places) { keys[$0].uid }
        .mapValues { [$0[0], $0[$0.count - 1]].map { Position(UInt64($0) + 1) } }
    }

    mutating func add(_ key: Views.RecordKey) { keys.append(key) }
  }

  private static func id(_ number: Int) -> [UInt8] { [UInt8](repeating: 6, count: 15) + [UInt8(number)] }

  @Test(
    "given groups that are committed, dropped or aborted, with the views and before them, then everything is found as it is recorded, and the views that get it in blocks are those of a replay",
    arguments: 1...12 as ClosedRange<UInt64>)
  func sequences(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    let folder = try Folder()
    let notebook = try Notebook(folder)
    let store = notebook.store
    var (paper, blocks) = (Paper(), 0)
    for _ in 0..<60 {
      var (next, records): (Paper, [[UInt8]]) = (paper, [])
      do {
        var batch = try store.beginBatch()
        var command = dice.upTo(40)
        for _ in 0..<dice.upTo(9) {
          if dice.chance(60) { command = dice.upTo(40) }
          let stream = UInt64(dice.upTo(14))
          let version = next.version(of: stream).next
          let key = Views.RecordKey(
            stream: stream, version: version, uid: 1000 + UInt32(dice.upTo(2)), commandID: Self.id(command),
            digest: [UInt8(command)])
          records.append(Notebook.record(UInt8(stream), UInt8(version.rawValue)))
          _ = try batch.append(records[records.count - 1], key)
          next.add(key)
          try expect(store.recorded, next, &dice)
        }
        switch dice.upTo(10) {
        case 0: break
        case 1: batch.abort()
        default:
          notebook.told.records += records
          try batch.commit(dice.chance(20) ? .atOnce : .behind, notebook.project)
          paper = next
        }
      }
      if dice.chance(25) {
        if store.recorded.count > 0 { blocks += 1 }
        try notebook.apply()
        #expect(store.recorded.count == 0)
        try expectReplay(notebook, paper)
      }
      #expect(try store.ledger.position() == Position(UInt64(paper.keys.count)))
    }
    try notebook.apply()
    try expect(store.recorded, paper, &dice)
    try expectReplay(notebook, paper)
    #expect(blocks > 3)
  }

  private func expect(_ recorded: RecordedStreams, _ paper: Paper, _ dice: inout Dice) throws {
    let stream = UInt64(dice.upTo(16))
    #expect(try recorded.version(of: stream) == paper.version(of: stream))
    let (from, limit) = (Version(UInt32(1 + dice.upTo(4))), 1 + dice.upTo(5))
    let positions = paper.positions(of: stream).dropFirst(Int(from.rawValue) - 1).prefix(limit)
    #expect(try recorded.positions(of: stream, from: from, limit: limit) == Array(positions))
    #expect(try recorded.lastStream() == paper.keys.map(\.stream).max() ?? 0)
    let command = dice.upTo(40)
    let known = try recorded.commands(Self.id(command))
    let told = Dictionary(uniqueKeysWithValues: known.map { ($0.uid, [$0.accepted.first, $0.accepted.last]) })
    #expect(told == paper.commands(Self.id(command)))
    #expect(known.allSatisfy { $0.accepted.digest == [UInt8(command)] })
  }

  /// The rows are those that a catching up from nothing makes.
  private func expectReplay(_ notebook: Notebook, _ paper: Paper) throws {
    let fresh = try notebook.store.makeViews(now: 0)
    let last = try fresh.environment.table("last")
    var keys = paper.keys[...]
    try notebook.store.catchUp(fresh, blockMax: 7, prepare: { $0 }) { records, transaction in
      for record in records { try transaction.put(last, bigEndian(UInt64(record[0])), record) }
      defer { keys = keys.dropFirst(records.count) }
      return Array(keys.prefix(records.count))
    }
    #expect(try notebook.rows(of: fresh) == notebook.rows())
    try notebook.store.discard(fresh)
  }

  @Test("a group that is dropped leaves nothing for the next, and nothing for the views")
  func dropped() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.commit(2, .behind)
    do {
      var batch = try notebook.store.beginBatch()
      let record = Notebook.record(1, 3)
      _ = try batch.append(record, Notebook.key(record))
      #expect(try notebook.store.recorded.version(of: 1) == Version(3))
    }
    try notebook.apply()
    #expect(try notebook.store.recorded.version(of: 1) == Version(2))
    try notebook.commit(1, .behind)
    #expect(try notebook.store.ledger.position() == Position(3))
  }

  @Test("given views that lack some events when the process ends, then the next start tells them those and no others")
  func ended() throws {
    let folder = try Folder()
    let rows: [String]
    do {
      let notebook = try Notebook(folder)
      try notebook.commit(3)
      try notebook.commit(2, .behind)
      try notebook.commit([Notebook.record(4, 1)], .behind)
      #expect(notebook.store.recorded.count == 3)
    }
    do {
      let notebook = try Notebook(folder)
      #expect(notebook.replayed == 3)
      rows = try notebook.rows()
      #expect(try notebook.store.recorded.version(of: 4) == Version(1))
    }
    try folder.remove("CURRENT")
    let notebook = try Notebook(folder)
    #expect(try notebook.replayed == 6 && notebook.rows() == rows)
  }
}

@Suite("What is durable is witnessed beside the views")
struct DurableMarkTests {
  /// A backup of three events in a folder that has six: as many are in the views as it says, and all were acknowledged.
  private func given(applied: Int) throws -> (folder: Folder, backup: Folder) {
    let (folder, backup) = (try Folder(), try Folder())
    do {
      let notebook = try Notebook(folder)
      try notebook.commit(3)
      try backup.replace("ledger", from: folder)
      if applied > 3 { try notebook.commit(applied - 3) }
      for _ in applied..<6 { try notebook.commit(1, .behind) }
    }
    return (folder, backup)
  }

  @Test("a ledger that is shorter than it was is refused, though the views had not seen its end", arguments: [3, 5, 6])
  func shorter(applied: Int) throws {
    let (folder, backup) = try given(applied: applied)
    try folder.replace("ledger", from: backup)
    for _ in 0..<2 {
      guard case .ledgerBehindViews(let seen, let ledger)? = try storeError({ _ = try Notebook(folder) }) else {
        Issue.record("acknowledged events were lost in silence")
        return
      }
      #expect(seen == Position(6) && ledger == Position(3))
    }
  }

  @Test("a ledger with another last event is refused, though the views had not seen that")
  func different() throws {
    let (folder, _) = try given(applied: 3)
    let other = try Folder()
    do {
      let notebook = try Notebook(other)
      try notebook.commit(5)
      try notebook.commit([Notebook.record(1, 6, "that")])
    }
    try folder.replace("ledger", from: other)
    guard case .ledgerDiffers(let position)? = try storeError({ _ = try Notebook(folder) }) else {
      Issue.record("an exchanged ledger was taken")
      return
    }
    #expect(position == Position(6))
  }

  @Test(
    "what is missing, cut short, empty or flipped says nothing, and the views say what they know; what was not whole is told",
    arguments: ["missing", "short", "empty", "flipped", "zeros"])
  func damaged(how: String) throws {
    let (folder, backup) = try given(applied: 5)
    let name = "views-1/durable"
    var bytes = try folder.bytes(name)
    #expect(bytes.count == 48)
    switch how {
    case "missing": try folder.remove(name)
    case "short": try folder.write(Array(bytes.dropLast(9)), to: name)
    case "empty": try folder.write([], to: name)
    case "zeros": try folder.write([UInt8](repeating: 0, count: 48), to: name)
    default:
      bytes[7] ^= 4
      try folder.write(bytes, to: name)
    }
    do {
      let notebook = try Notebook(folder)
      #expect(notebook.replayed == 1)
      let isTold = !["missing", "empty"].contains(how)
      #expect(notebook.store.markFault == (isTold ? .notWhole(path: folder.path + "/" + name) : nil))
    }
    try folder.replace("ledger", from: backup)
    // They were caught up by the start before.
    guard
      case .ledgerBehindViews(seen: Position(6), ledger: Position(3))? = try storeError({ _ = try Notebook(folder) })
    else {
      Issue.record("the views said nothing")
      return
    }
  }

  @Test("where it cannot be written the views are written before anybody is answered, and the next start goes by them")
  func unwritable() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/views-1/durable", withIntermediateDirectories: false)
    var batch = try notebook.store.beginBatch()
    let record = Notebook.record(1, 1)
    _ = try batch.append(record, Notebook.key(record))
    #expect(try batch.commit(.behind, notebook.project))
    #expect(notebook.store.recorded.count == 0)
    #expect(try notebook.viewsPosition() == Position(1))
    guard case .file(let fault)? = notebook.store.markFault else {
      Issue.record("nobody is told that the disk does not take it")
      return
    }
    #expect(fault.code == EISDIR)
    try notebook.store.close()
    _ = consume notebook
    // The views are a witness without it, and no start is refused for a file that cannot be read.
    #expect(try Notebook(folder).viewsPosition() == Position(1))
  }
}
