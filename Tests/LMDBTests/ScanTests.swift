import LMDB
import TestSupport
import Testing

@Suite("Scans")
struct ScanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let start: UInt8?
    let direction: Direction
    let visits: [UInt8]
    var testDescription: String { "\(direction) from \(start.map(String.init) ?? "the edge")" }
  }

  let folder: Folder
  let environment: Environment
  let events: Table

  init() throws {
    folder = try Folder()
    environment = try folder.open()
    events = try environment.table("events")
  }

  @Test(
    "rows 10, 20 and 30 are visited in order from the key, inclusive",
    arguments: [
      Case(start: nil, direction: .ascending, visits: [10, 20, 30]),
      Case(start: 5, direction: .ascending, visits: [10, 20, 30]),
      Case(start: 10, direction: .ascending, visits: [10, 20, 30]),
      Case(start: 11, direction: .ascending, visits: [20, 30]),
      Case(start: 30, direction: .ascending, visits: [30]),
      Case(start: 31, direction: .ascending, visits: []),
      Case(start: nil, direction: .descending, visits: [30, 20, 10]),
      Case(start: 31, direction: .descending, visits: [30, 20, 10]),
      Case(start: 30, direction: .descending, visits: [30, 20, 10]),
      Case(start: 29, direction: .descending, visits: [20, 10]),
      Case(start: 10, direction: .descending, visits: [10]),
      Case(start: 9, direction: .descending, visits: []),
    ])
  func edges(_ example: Case) throws {
    try environment.store([20, 10, 30], in: events)
    let visited = try environment.read { transaction throws(LMDBError) in
      try keys(transaction, events, from: example.start.map { [$0] }, example.direction)
    }
    #expect(visited == example.visits)
  }

  @Test("an empty table is visited in no direction")
  func emptyTable() throws {
    try environment.read { transaction throws(LMDBError) in
      #expect(try keys(transaction, events) == [])
      #expect(try keys(transaction, events, .descending) == [])
      #expect(try keys(transaction, events, from: [1]) == [])
      #expect(try keys(transaction, events, from: [1], .descending) == [])
      #expect(try transaction.last(events) == nil)
    }
  }

  @Test("a scan ends where the body says stop")
  func stop() throws {
    try environment.store([1, 2, 3, 4], in: events)
    try environment.read { transaction throws(LMDBError) in
      #expect(try keys(transaction, events, limit: 2) == [1, 2])
      #expect(try keys(transaction, events, .descending, limit: 1) == [4])
    }
  }

  @Test("a key that is a prefix of the start comes before it")
  func prefix() throws {
    try environment.write { transaction throws(LMDBError) in
      try transaction.put(events, [1], [])
      try transaction.put(events, [1, 0], [])
    }
    try environment.read { transaction throws(LMDBError) in
      var found: [UInt8] = []
      try transaction.scan(events, from: [1, 0, 0], .descending) { key, _ in
        found.append(UInt8(key.count))
        return .next
      }
      #expect(found == [2, 1])
    }
  }

  @Test("a literal nil starts at the edge, either way")
  func literalNil() throws {
    try environment.store([1, 2], in: events)
    try environment.read { transaction throws(LMDBError) in
      var found: [UInt8] = []
      try transaction.scan(events, from: nil) { key, _ in
        found.append(key[0])
        return .stop
      }
      try transaction.scan(events, from: nil, .descending) { key, _ in
        found.append(key[0])
        return .stop
      }
      #expect(found == [1, 2])
    }
  }

  @Test("over many pages, a scan sees every row once, in order, both ways")
  func manyPages() throws {
    let numbers = 0..<20_000
    try environment.write { transaction throws(LMDBError) in
      for number in numbers {
        try transaction.append(events, [UInt8(number >> 8), UInt8(number & 255)], [UInt8](repeating: 1, count: 100))
      }
    }
    try environment.read { transaction throws(LMDBError) in
      for direction in [Direction.ascending, .descending] {
        var visited: [Int] = []
        try transaction.scan(events, from: nil, direction) { key, value in
          visited.append(Int(key[0]) << 8 | Int(key[1]))
          return value.count == 100 ? .next : .stop
        }
        #expect(visited == (direction == .ascending ? Array(numbers) : numbers.reversed()))
      }
    }
  }

  @Test("a scan sees the transaction's own writes and deletions")
  func ownWrites() throws {
    try environment.store([1, 2, 3], in: events)
    try environment.write { transaction throws(LMDBError) in
      try transaction.delete(events, [2])
      try transaction.put(events, [4], [4])
      #expect(try keys(transaction, events) == [1, 3, 4])
      #expect(try keys(transaction, events, from: [2], .descending) == [1])
    }
  }

  @Test("writing while a span is lent is refused, and possible again after it")
  func writeInsideScan() throws {
    try environment.store([1, 2], in: events)
    try environment.write { transaction throws(LMDBError) in
      var codes: [LMDBError.Code?] = []
      try transaction.scan(events, from: nil) { key, _ in
        codes.append(code { () throws(LMDBError) in try transaction.put(events, [7], []) })
        codes.append(code { () throws(LMDBError) in try transaction.clear(events) })
        return .next
      }
      _ = try transaction.get(events, [1]) { _ in
        codes.append(code { () throws(LMDBError) in try transaction.delete(events, [1]) })
        codes.append(code { () throws(LMDBError) in _ = try transaction.bytes(events, [2]) })
      }
      #expect(codes == Array(repeating: .badTransaction, count: 5) + [nil])
      try transaction.put(events, [7], [])
      #expect(try keys(transaction, events) == [1, 2, 7])
    }
  }
}
