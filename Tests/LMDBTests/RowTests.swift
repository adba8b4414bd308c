import LMDB
import TestSupport
import Testing

@Suite("Rows")
struct RowTests {
  let folder: Folder
  let environment: Environment
  let events: Table

  init() throws {
    folder = try Folder()
    environment = try folder.open(["events", "meta"])
    events = try environment.table("events")
  }

  @Test("what is put is got, replaced, counted and deleted, in its own table only")
  func roundTrip() throws {
    let meta = try environment.table("meta")
    try environment.write { transaction throws(LMDBError) in
      try transaction.put(events, [1], [10, 11])
      try transaction.put(events, [2], [])
      try transaction.put(events, [1], [12])
    }
    try environment.read { transaction throws(LMDBError) in
      #expect(try transaction.bytes(events, [1]) == [12])
      #expect(try transaction.bytes(events, [2]) == [])
      #expect(try transaction.bytes(events, [3]) == nil)
      #expect(try transaction.get(events, [1]) { $0[0] } == 12)
      #expect(try transaction.contains(events, [2]))
      #expect(try !transaction.contains(meta, [2]))
      #expect(try transaction.count(events) == 2)
      #expect(try transaction.count(meta) == 0)
    }
    let deleted = try environment.write { transaction throws(LMDBError) in
      [try transaction.delete(events, [1]), try transaction.delete(events, [1])]
    }
    #expect(deleted == [true, false])
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, events) } == [2])
  }

  @Test("rows appended in order are there; one not greater than the last is refused and the transaction goes on")
  func append() throws {
    try environment.write { transaction throws(LMDBError) in
      try transaction.append(events, [0, 1], [1])
      try transaction.append(events, [0, 2], [2])
      #expect(code { () throws(LMDBError) in try transaction.append(events, [0, 2], [9]) } == .keyExists)
      #expect(code { () throws(LMDBError) in try transaction.append(events, [0, 1], [9]) } == .keyExists)
      try transaction.append(events, [0, 3], [3])
    }
    try environment.read { transaction throws(LMDBError) in
      #expect(try transaction.count(events) == 3)
      #expect(try transaction.bytes(events, [0, 2]) == [2])
      let last = try transaction.last(events)
      #expect(last?.key == [0, 3])
      #expect(last?.value == [3])
    }
  }

  @Test("inserting over a key is refused and leaves the value")
  func insert() throws {
    try environment.write { transaction throws(LMDBError) in
      try transaction.insert(events, [1], [1])
      #expect(code { () throws(LMDBError) in try transaction.insert(events, [1], [2]) } == .keyExists)
    }
    #expect(try environment.read { transaction throws(LMDBError) in try transaction.bytes(events, [1]) } == [1])
  }

  @Test("a cleared table is empty and usable")
  func clear() throws {
    try environment.store([1, 2, 3], in: events)
    try environment.write { transaction throws(LMDBError) in
      try transaction.clear(events)
      #expect(try transaction.last(events) == nil)
      try transaction.put(events, [9], [9])
    }
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, events) } == [9])
  }

  @Test("keys of 0 and 512 bytes are refused everywhere, of 1 and 511 taken")
  func keySize() throws {
    for size in [0, Table.keySizeMaximum + 1] {
      let key = [UInt8](repeating: 7, count: size)
      try environment.write { transaction throws(LMDBError) in
        #expect(code { () throws(LMDBError) in try transaction.put(events, key, []) } == .badValueSize)
        #expect(code { () throws(LMDBError) in try transaction.append(events, key, []) } == .badValueSize)
        #expect(code { () throws(LMDBError) in try transaction.insert(events, key, []) } == .badValueSize)
        #expect(code { () throws(LMDBError) in try transaction.delete(events, key) } == .badValueSize)
        #expect(code { () throws(LMDBError) in _ = try transaction.bytes(events, key) } == .badValueSize)
        #expect(code { () throws(LMDBError) in _ = try keys(transaction, events, from: key) } == .badValueSize)
      }
    }
    for size in [1, Table.keySizeMaximum] {
      let key = [UInt8](repeating: 7, count: size)
      try environment.write { transaction throws(LMDBError) in try transaction.put(events, key, key) }
      #expect(try environment.read { transaction throws(LMDBError) in try transaction.bytes(events, key) } == key)
    }
  }

  @Test("an error says which call, which table and what is wrong")
  func errorText() throws {
    let error = #expect(throws: LMDBError.self) {
      try environment.write { transaction throws(LMDBError) in try transaction.put(events, [], []) }
    }
    #expect(
      error?.description
        == "mdb_put (events, a key of 0 bytes): the key must have 1 to 511 bytes, the value less than 4 GiB")
  }

  @Test("a table of another environment is refused")
  func foreignTable() throws {
    let other = try Folder()
    let stranger = try other.open().table("events")
    try environment.write { transaction throws(LMDBError) in
      #expect(code { () throws(LMDBError) in try transaction.put(stranger, [1], []) } == .badDatabase)
      #expect(code { () throws(LMDBError) in _ = try transaction.count(stranger) } == .badDatabase)
      #expect(code { () throws(LMDBError) in _ = try keys(transaction, stranger) } == .badDatabase)
    }
  }

  @Test("rows are larger than a page when they must be")
  func largeValue() throws {
    let value = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try environment.write { transaction throws(LMDBError) in try transaction.put(events, [1], value) }
    #expect(try environment.read { transaction throws(LMDBError) in try transaction.bytes(events, [1]) } == value)
  }
}
