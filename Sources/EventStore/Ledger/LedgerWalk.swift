public import EventSourcing
public import MerkleTree

import LMDB

/// What is wrong with a ledger, at which event.
public struct LedgerFault: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// There is no such event, though there are others after it or the head counts it.
    case missing
    /// What is stored is shorter than a hash.
    case cut
    /// The record does not have its stored hash.
    case changed
    /// The event does not follow the last version of its stream.
    case version(stream: UInt64, expected: Version, found: Version)
    /// The head is not the tree over the events.
    case head
    /// A signed checkpoint is not of this ledger; the text says why.
    case checkpoint(String)
  }

  public var position: Position
  public var kind: Kind

  public init(_ position: Position, _ kind: Kind) {
    self.position = position
    self.kind = kind
  }
}

/// Goes through a ledger from its first event, and checks each event's hash and position, and the tree and the issued
/// checkpoints against them. No read transaction outlives a block.
public final class LedgerWalk {
  /// How many events are read at a time. Where a process died that walked, is known to within so many events.
  public static let blockMax = 1000

  /// An event that has passed the checks.
  public struct Checked {
    public var entry: Ledger.Entry
    /// The inner nodes of the tree that it completes.
    public var completed: [Hash]
  }

  private let ledger: Ledger
  /// The tree over what was walked so far.
  public private(set) var tree = Frontier()
  private var expected: [UInt64: [String]]
  private var found: Set<String> = []

  /// Begins before the first event, and reads the checkpoints that were issued so far.
  public init(_ ledger: Ledger) throws(StoreError) {
    self.ledger = ledger
    expected = Dictionary(grouping: try ledger.checkpoints(), by: \.size).mapValues { $0.map(\.text) }
  }

  /// How many checkpoints were checked against the tree.
  public var checkpoints: Int { found.count }
  /// The last event that was walked.
  public var position: Position { Position(tree.size) }

  /// The next events, at most a block of them and none after `end`. Empty at the end of the ledger, once the head is
  /// found to be the tree over all events.
  ///
  /// - Parameter announce: told where the block begins, before it is read.
  /// - Throws: `LedgerFault` at the first event that fails a check, or `StoreError`.
  public func next(to end: Position? = nil, announce: (Position) throws -> Void) throws -> [Checked] {
    let limit = end.map { Int(clamping: $0.rawValue - min($0.rawValue, tree.size)) } ?? Self.blockMax
    if limit == 0 { return [] }
    try announce(position.next)
    let block = try ledger.block(from: position.next, limit: min(limit, Self.blockMax))
    let checked = try block.entries.map { Checked(entry: $0, completed: try check($0)) }
    if let cut = block.cutAt { throw LedgerFault(cut, .cut) }
    guard checked.isEmpty else { return checked }
    guard let head = block.head else { throw LedgerFault(position, .head) }
    if head.size > tree.size { throw LedgerFault(position.next, .missing) }
    if head != tree { throw LedgerFault(position, .head) }
    return []
  }

  private func check(_ entry: Ledger.Entry) throws(LedgerFault) -> [Hash] {
    let position = position.next
    guard entry.position == position else { throw LedgerFault(position, .missing) }
    guard MerkleTree.leafHash(entry.record) == entry.leaf else { throw LedgerFault(position, .changed) }
    let completed = tree.append(entry.leaf)
    for text in expected[tree.size] ?? [] { try check(text, size: tree.size, root: tree.root) }
    return completed
  }

  /// Checks those checkpoints against the tree that were issued while the walk was under way. Call it at the end.
  ///
  /// - Parameters:
  ///   - issued: read before the last events were, so that none is for more events than were walked.
  ///   - node: looks up nodes of the tree.
  public func checkOthers(_ issued: [(size: UInt64, text: String)], node: MerkleTree.NodeLookup) throws {
    for (size, text) in issued where !found.contains(text) {
      guard size <= tree.size else {
        throw LedgerFault(position.next, .checkpoint("it is for \(size) events, and there are \(tree.size)"))
      }
      try check(text, size: size, root: try Frontier(size: size, node: node).root)
    }
  }

  private func check(_ text: String, size: UInt64, root: Hash) throws(LedgerFault) {
    do {
      let issued = try IssuedCheckpoint(kept: text)
      guard issued.checkpoint.size == size else {
        let says = issued.checkpoint.size
        throw LedgerFault(Position(size), .checkpoint("it is kept for \(size) events and says \(says)"))
      }
      guard issued.checkpoint.root == root else {
        throw LedgerFault(Position(size), .checkpoint("its root is not that of the events"))
      }
    } catch let fault as LedgerFault {
      throw fault
    } catch {
      throw LedgerFault(Position(size), .checkpoint("\(error)"))
    }
    found.insert(text)
  }
}

extension Ledger {
  struct Block {
    var entries: [Entry]
    /// An event that is shorter than its hash, after the entries.
    var cutAt: Position?
    /// Nil when it cannot be read.
    var head: Frontier?
  }

  /// The events from a position on, with the head that was committed with them.
  func block(from position: Position, limit: Int) throws(StoreError) -> Block {
    try asStoreError {
      let transaction = try environment.beginRead()
      var block = Block(entries: [])
      block.head = try transaction.bytes(meta, Ledger.headKey).flatMap { Frontier(encoded: $0) }
      try transaction.scan(events, from: bigEndian(position.rawValue)) { key, value in
        let position = Position(bigEndianNumber(key))
        guard value.count >= Hash.size, let leaf = Hash(bytes: value.extracting(..<Hash.size)) else {
          block.cutAt = position
          return .stop
        }
        block.entries.append(Entry(position: position, leaf: leaf, record: value.dropping(Hash.size)))
        return block.entries.count < limit ? .next : .stop
      }
      return block
    }
  }
}
