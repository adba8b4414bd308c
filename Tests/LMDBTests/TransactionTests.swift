import Foundation
import LMDB
import Synchronization
import TestSupport
import Testing

/// Hands a read transaction to another thread and waits for what that one finds in it.
private final class Handover: Sendable {
  private let transaction: Mutex<ReadTransaction?>
  private let table: Table
  private let found = Mutex<[UInt8]>([])
  private let done = DispatchSemaphore(value: 0)

  init(_ transaction: consuming sending ReadTransaction, of table: Table) {
    self.transaction = Mutex(consume transaction)
    self.table = table
  }

  func use() {
    defer { done.signal() }
    let taken = transaction.withLock { $0.take() }
    guard let taken, let keys = try? keys(taken, table) else { return }
    found.withLock { $0 = keys }
  }

  func result() -> [UInt8] {
    done.wait()
    return found.withLock { $0 }
  }
}

@Suite("Transactions")
struct TransactionTests {
  let folder: Folder
  let environment: Environment
  let events: Table

  init() throws {
    folder = try Folder()
    environment = try folder.open { $0.maxReaders = 4 }
    events = try environment.table("events")
  }

  private func stored() throws -> [UInt8] {
    try environment.read { transaction throws(LMDBError) in try keys(transaction, events) }
  }

  @Test("a write transaction that goes without a commit leaves nothing")
  func deinitAborts() throws {
    do {
      let transaction = try environment.beginWrite()
      try transaction.put(events, [1], [])
    }
    #expect(try stored() == [])
  }

  @Test("an abort leaves nothing, a commit everything, and the next write can begin")
  func abortAndCommit() throws {
    let aborted = try environment.beginWrite()
    try aborted.put(events, [1], [])
    aborted.abort()
    let committed = try environment.beginWrite()
    try committed.put(events, [2], [])
    try committed.commit()
    #expect(try stored() == [2])
  }

  @Test("a body that throws leaves nothing")
  func bodyThrows() throws {
    #expect(throws: LMDBError.self) {
      try environment.write { transaction throws(LMDBError) in
        try transaction.put(events, [1], [])
        try transaction.put(events, [], [])
      }
    }
    #expect(try stored() == [])
  }

  @Test("a second write transaction on the same thread is refused instead of waiting for ever, and so is a copy")
  func writeWithinWrite() throws {
    let transaction = try environment.beginWrite()
    #expect(code { () throws(LMDBError) in _ = try environment.beginWrite() } == .badTransaction)
    #expect(code { () throws(LMDBError) in try environment.copy(to: -1) } == .badTransaction)
    try transaction.commit()
    try environment.store([1], in: events)
    #expect(try stored() == [1])
  }

  @Test("write transactions of many threads take turns and lose nothing")
  func writersTakeTurns() throws {
    DispatchQueue.concurrentPerform(iterations: 8) { [environment, events] thread in
      for number in 0..<20 {
        #expect(throws: Never.self) {
          try environment.write { transaction throws(LMDBError) in
            try transaction.put(events, [UInt8(thread), UInt8(number)], [])
          }
        }
      }
    }
    #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(events) } == 160)
  }

  @Test("a read transaction keeps seeing what was there when it began")
  func snapshot() throws {
    try environment.store([1], in: events)
    let before = try environment.beginRead()
    try environment.store([2], in: events)
    #expect(try keys(before, events) == [1])
    #expect(try stored() == [1, 2])
  }

  @Test("a read transaction serves another thread than the one that began it, and two live on one thread")
  func anotherThread() throws {
    try environment.store([1, 2], in: events)
    let handed = Handover(try environment.beginRead(), of: events)
    let second = try environment.beginRead()
    let thread = Thread { handed.use() }
    thread.start()
    #expect(handed.result() == [1, 2])
    #expect(try keys(second, events) == [1, 2])
  }

  @Test("read transactions beyond the slots are refused, and a released one frees its slot")
  func readersFull() throws {
    do {
      let one = try environment.beginRead()
      let two = try environment.beginRead()
      let three = try environment.beginRead()
      let four = try environment.beginRead()
      #expect(code { () throws(LMDBError) in _ = try environment.beginRead() } == .readersFull)
      #expect(environment.statistics.readersInUse == 4)
      #expect(try one.count(events) + two.count(events) + three.count(events) + four.count(events) == 0)
    }
    #expect(environment.statistics.readersInUse == 0)
    #expect(try stored() == [])
  }

  @Test("a full map is told by its code, and what was committed before stays")
  func mapFull() throws {
    let small = try Folder()
    let environment = try small.open { $0.mapSize = 256 << 10 }
    let events = try environment.table("events")
    try environment.store([1], in: events)
    let failure = code { () throws(LMDBError) in
      try environment.write { transaction throws(LMDBError) in
        for key in UInt8(2)...255 { try transaction.put(events, [key], [UInt8](repeating: 0, count: 4096)) }
      }
    }
    #expect(failure == .mapFull)
    #expect(try environment.read { transaction throws(LMDBError) in try keys(transaction, events) } == [1])
  }
}
