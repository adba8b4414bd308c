public import EventSourcing
public import LMDB
import MerkleTree

import Dispatch
import Synchronization

extension EventStore {
  /// Brings views up to the end of the ledger. With empty views that is a full rebuild.
  ///
  /// - Parameters:
  ///   - blockMax: how many events a commit takes: enough that a case is written once for several of its events, and
  ///     few enough for the memory.
  ///   - progress: told the last position of each block when it is committed; what it throws ends the catching up.
  ///   - prepare: does for a record what can be done without the views; called one block ahead, on every core.
  ///   - apply: applies a prepared block to the projections, and returns the key of each of its records, in order.
  /// - Throws: `StoreError.ledgerDamaged` for a record that is missing or does not have its hash, or what the closures
  ///   throw.
  public func catchUp<Prepared: Sendable>(
    _ views: Views, blockMax: Int = 4096, progress: (Position) throws -> Void = { _ in },
    prepare: @escaping @Sendable (_ record: [UInt8]) throws -> Prepared,
    _ apply: ([Prepared], _ views: borrowing WriteTransaction) throws -> [Views.RecordKey]
  ) throws {
    let start = try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
    @Sendable func block(from position: Position) throws -> Block<Prepared>? {
      let block = try ledger.block(from: position, limit: blockMax)
      if let cut = block.cutAt { throw StoreError.ledgerDamaged(at: cut, reason: "it is shorter than its hash") }
      let entries = block.entries
      guard let last = entries.last else { return nil }
      for (expected, entry) in zip(position.rawValue..., entries) where entry.position.rawValue != expected {
        throw StoreError.ledgerDamaged(at: Position(expected), reason: "it is missing")
      }
      let prepared = try inParallel(entries.indices, by: 256) { piece in
        try entries[piece].map { try prepare($0.checked().record) }
      }
      return Block(last: last.position, leaves: entries.map(\.leaf), prepared: prepared)
    }
    var next = try block(from: start.next)
    if next != nil, views === self.views { try requireViewsMarked() }
    while let current = next {
      // A last, small block, as when a rebuild is switched in, is not worth another thread.
      let isLast = current.leaves.count < blockMax
      let ahead = isLast ? nil : Ahead { try block(from: current.last.next) }
      defer { ahead?.wait() }
      let transaction = try views.environment.beginWrite()
      var tree = try Self.frontier(ledger, views, transaction)
      let first = Position(tree.size).next
      let keys = try apply(current.prepared, transaction)
      try views.index(keys, from: first, completing: current.leaves.map { tree.append($0) }, transaction)
      try views.advance(to: current.last, leaf: current.leaves[current.leaves.count - 1].bytes, transaction)
      try transaction.commit()
      try progress(current.last)
      next = try ahead.map { try $0.result() } ?? block(from: current.last.next)
    }
  }

  private struct Block<Prepared: Sendable>: Sendable {
    var last: Position
    var leaves: [Hash]
    var prepared: [Prepared]
  }
}

/// Something that is done on another thread while this one does something else.
private final class Ahead<Value: Sendable>: Sendable {
  private enum State {
    case toDo(@Sendable () throws -> Value)
    case underWay
    case done(Result<Value, any Error>)
  }

  private let state: Mutex<State>
  private let group = DispatchGroup()

  init(_ body: @escaping @Sendable () throws -> Value) {
    state = Mutex(.toDo(body))
    group.enter()
    DispatchQueue.global().async { [self] in work() }
  }

  /// Gives up what the body holds before anybody is woken, because the queue may keep its block a little longer.
  private func work() {
    let result = Result { try perform() }
    state.withLock { $0 = .done(result) }
    group.leave()
  }

  private func perform() throws -> Value {
    let taken = state.withLock { state in
      defer { state = .underWay }
      return state
    }
    guard case .toDo(let body) = taken else { throw StoreError.unexpected("a block was read twice") }
    return try body()
  }

  func wait() { group.wait() }

  func result() throws -> Value {
    wait()
    guard case .done(let result) = state.withLock({ $0 }) else { throw StoreError.unexpected("a block was not read") }
    return try result.get()
  }
}
