public import Desk
public import MerkleTree

import DeskRecords
import EventSourcing
import EventStore
import Synchronization

/// The newest copy of the ledger, by the word of who holds it.
///
/// It lies in memory only. After a restart nobody knows whether the disk of the archive is still there, and a relay that
/// lives says it again within seconds.
public final class LedgerCopies: Sendable {
  public struct Copy: Hashable, Sendable {
    /// How many events it has.
    public var size: UInt64
    /// When that was said last.
    public var toldAt: Timestamp
    /// The id of the ledger that it is of.
    var ledger: [UInt8]
  }

  private let newest = Mutex<Copy?>(nil)

  public init() {}

  /// A copy with fewer events is no news, unless it is the first of this ledger.
  func take(_ copy: Copy) {
    newest.withLock { newest in
      if let known = newest, known.ledger == copy.ledger, known.size > copy.size { return }
      newest = copy
    }
  }

  /// Nil while nobody has said anything of the ledger of this id.
  func newest(of ledger: [UInt8]) -> Copy? { newest.withLock { $0?.ledger == ledger ? $0 : nil } }
}

/// What somebody asks of this ledger who has another one, or another history of it.
public enum CopyRefusal: Error, Hashable, Sendable {
  /// The ledger has fewer events than were asked for.
  case beyond(asked: UInt64, size: UInt64)
  /// The root over so many events is another.
  case anotherHistory(size: UInt64)
}

extension DeskService {
  /// The tree over the first so many events, of those that the views have.
  ///
  /// - Throws: `CopyRefusal.beyond`.
  public func committedTree(ofSize size: UInt64) throws -> Frontier {
    let applied = applied.rawValue
    guard size <= applied else { throw CopyRefusal.beyond(asked: size, size: applied) }
    return try store.tree(ofSize: size)
  }

  /// The stored records that follow a tree, of those that are committed, and the tree with them; none when there are
  /// none yet. One that is damaged ends them before it.
  ///
  /// - Parameter bytesMax: of the records, but where one alone has more.
  /// - Throws: `StoreError.ledgerDamaged` when the first is damaged, or is committed and not there.
  public func storedRecords(
    after tree: Frontier, limit: Int, bytesMax: Int
  ) throws -> (records: [[UInt8]], tree: Frontier) {
    let committed = signal.position.rawValue
    guard committed > tree.size else { return ([], tree) }
    let most = min(limit, Int(clamping: committed - tree.size))
    var (records, after): ([[UInt8]], Frontier) = ([], tree)
    for entry in try entries(from: Position(tree.size).next, limit: most, bytesMax: bytesMax) {
      guard entry.position.rawValue == after.size + 1 else { break }
      after.append(entry.leaf)
      records.append(entry.record)
    }
    guard !records.isEmpty else {
      throw StoreError.ledgerDamaged(at: Position(tree.size).next, reason: "it is missing")
    }
    return (records, after)
  }

  private func entries(from first: Position, limit: Int, bytesMax: Int) throws -> [Ledger.Entry] {
    do throws(StoreError) {
      return try store.ledger.records(from: first, limit: limit, bytesMax: bytesMax)
    } catch {
      guard case .ledgerDamaged(let position, _) = error, position > first else { throw error }
      let whole = Int(clamping: position.rawValue - first.rawValue)
      return try store.ledger.records(from: first, limit: whole, bytesMax: bytesMax)
    }
  }

  /// Takes the word of somebody who holds the first so many events durably, under this root.
  ///
  /// - Throws: `CopyRefusal` when that is no copy of this ledger.
  public func note(copyOf size: UInt64, root: Hash?, in copies: LedgerCopies) throws {
    guard try committedTree(ofSize: size).root == root else { throw CopyRefusal.anotherHistory(size: size) }
    copies.take(.init(size: size, toldAt: now, ledger: store.ledger.id))
  }

  /// The newest copy of this ledger; nil while nobody has said that he has one.
  public func newestCopy(in copies: LedgerCopies) -> LedgerCopies.Copy? { copies.newest(of: store.ledger.id) }

  /// When the first event was recorded that a copy lacks; nil when it lacks none.
  ///
  /// - Throws: `StoreError` or `RecordError` when that event cannot be read.
  public func firstMissing(in copy: LedgerCopies.Copy) throws -> Timestamp? {
    let next = Position(copy.size).next
    guard next <= signal.position else { return nil }
    guard let record = try store.ledger.record(at: next) else {
      throw StoreError.ledgerDamaged(at: next, reason: "it is missing")
    }
    return try coding.outside(record).recordedAt
  }
}
