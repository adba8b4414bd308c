public import EventSourcing
public import LMDB
import MerkleTree

/// The events of one group of commands: one transaction on the ledger, kept on one thread. Dropped without a commit, it
/// leaves nothing behind.
public struct Batch: ~Copyable {
  private let store: EventStore
  private let ledger: WriteTransaction
  private var head: Frontier
  /// How many events were appended.
  public private(set) var appended = 0
  private var lastLeaf: Hash?
  private var checkpoints: [(key: [UInt8], text: String)] = []
  private var marks: [(key: String, value: [UInt8])] = []

  init(store: EventStore, ledger: consuming WriteTransaction, head: Frontier) {
    self.store = store
    self.ledger = ledger
    self.head = head
  }

  /// When the views get what was appended.
  public enum Timing: Sendable {
    /// With the group: they are written before the ledger's commit, so that a full map refuses the group, and committed
    /// right after it.
    case atOnce
    /// By `EventStore.applyRecorded`, with what follows.
    case behind
  }

  /// The position of the last event, those appended to this batch included.
  public var position: Position { Position(head.size) }
  /// Where the next event goes.
  public var nextPosition: Position { Position(head.size + 1) }

  /// Appends one record as the next version of its stream, and returns its position.
  ///
  /// - Throws: `StoreError.versionConflict` when `key.version` is not the stream's next version; nothing was put then.
  ///   After `StoreError.mapFull` the batch can only be aborted.
  @available(*, noasync)
  public mutating func append(_ record: [UInt8], _ key: Views.RecordKey) throws(StoreError) -> Position {
    let position = nextPosition
    let actual: Version
    do throws(LMDBError) { actual = try store.recorded.version(of: key.stream) } catch { throw .storage(error) }
    guard actual.next == key.version else {
      throw .versionConflict(stream: key.stream, expected: key.version, actual: actual)
    }
    // The row of the ledger: the hash of the record, and then the record.
    var row: [UInt8] = []
    row.reserveCapacity(Hash.size + record.count)
    row.append(addingCapacity: Hash.size) { $0.append(repeating: 0, count: Hash.size) }
    row += record
    let leaf = MerkleTree.hashLeaf(in: &row)
    do throws(LMDBError) {
      try ledger.append(store.ledger.events, bigEndian(position.rawValue), row)
    } catch {
      throw store.growthError(error, .ledger)
    }
    store.recorded.add(key, at: position, leaf: leaf, completing: head.append(leaf))
    lastLeaf = leaf
    appended += 1
    return position
  }

  /// A record of the ledger, those appended to this batch included; nil when there is none at the position.
  public borrowing func record(at position: Position) throws(StoreError) -> [UInt8]? {
    let value: Ledger.Stored?
    do throws(LMDBError) { value = try store.ledger.stored(at: position, ledger) } catch { throw .storage(error) }
    return try value.map { value throws(StoreError) in
      try Ledger.entry(value.leaf, value.record, at: position).record
    }
  }

  /// Keeps a signed checkpoint with the ledger; durable with the commit.
  public mutating func keep(checkpoint text: String, ofSize size: UInt64, keyID: UInt32) {
    checkpoints.append((Ledger.checkpointKey(size, keyID), text))
  }

  /// Marks in the ledger that what is signed is recorded outside of it from here on; durable with the commit.
  public mutating func markSignedHeads() { marks.append((Ledger.signedHeadsMark, [1])) }

  /// Commits the ledger, durably; and the views, when it is time for them.
  ///
  /// - Parameter project: writes into the projections what all committed events that the views lack make of them, and
  ///   those of this batch. It has no default: a batch with events and nothing to project would leave views that lack them.
  /// - Returns: whether the views have it all.
  /// - Throws: `CommitError`. After `outcomeUnknown` the process must not go on: LMDB takes the next commit as if
  ///   nothing had happened.
  @available(*, noasync)
  @discardableResult
  public consuming func commit(
    _ timing: Timing, _ project: EventStore.Project
  ) throws(CommitError) -> Bool {
    if appended == 0, checkpoints.isEmpty, marks.isEmpty {
      abort()
      return false
    }
    let (store, position, leaf, appended) = (store, Position(head.size), lastLeaf, appended)
    do throws(LMDBError) {
      for checkpoint in checkpoints {
        try ledger.put(store.ledger.meta, checkpoint.key, Array(checkpoint.text.utf8))
      }
      for mark in marks { try ledger.put(store.ledger.meta, Array(mark.key.utf8), mark.value) }
      if appended > 0 { try ledger.put(store.ledger.meta, Ledger.headKey, head.encoded) }
    } catch {
      throw error.code == .mapFull ? .mapFull(.ledger) : .nothingWritten(error)
    }
    let views: WriteTransaction?
    do throws(LMDBError) { views = timing == .atOnce && appended > 0 ? try store.writtenViews(project) : nil } catch {
      throw error.code == .mapFull ? .mapFull(.views) : .nothingWritten(error)
    }
    do throws(LMDBError) { try ledger.commit() } catch {
      // LMDB looks for all pages that it needs before it writes the first.
      throw error.code == .mapFull ? .mapFull(.ledger) : .outcomeUnknown(error)
    }
    store.recorded.keep()
    if let views {
      try store.commit(views)
      return true
    }
    guard appended > 0, let leaf, !store.isWitnessed(position, leaf) else { return false }
    // The views themselves are the witness then.
    try store.applyRecorded(project)
    return true
  }

  /// Drops everything that was appended.
  @available(*, noasync)
  public consuming func abort() {
    store.recorded.revert()
    ledger.abort()
  }
}

/// How a commit can fail. In every case nothing may be acknowledged.
public enum CommitError: Error, Sendable {
  case nothingWritten(LMDBError)
  /// Nothing was written either, because the map has grown to its size. Other batches may be committed.
  case mapFull(StoreMap)
  /// The ledger's commit failed: whether it is on the disk shows at the next start.
  case outcomeUnknown(LMDBError)
  /// The ledger is committed, the views are not: they are thrown away at the next start, and the commands stand.
  case viewsLost(LMDBError)
}
