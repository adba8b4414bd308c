import Desk
import DeskRecords
public import EventSourcing
import EventStore
import MerkleTree

import LMDB

extension DeskService {
  /// Takes lines as they are made; throws to give up.
  public typealias PutLines = (_ lines: [String], _ done: Position, _ total: Position) throws -> Void

  /// Lines are handed over when they have so many bytes together.
  private static let linesBytes = 256 << 10
  private static let blockSize = 1000

  /// Tells the whole ledger as it stood when this began, with every record verbatim and every signed checkpoint.
  ///
  /// - Throws: `StoreError.ledgerDamaged` for a record that is not what its leaf says, or leaves that do not give the
  ///   root; and what `put` throws.
  public func export(_ put: PutLines) throws {
    let end = applied
    let root = try store.root(ofSize: end.rawValue)
    let source = ExportLine.source(ledger: store.ledger.id)
    let checkpoints = try store.ledger.checkpoints().filter { $0.size <= end.rawValue }
      .map { try IssuedCheckpoint(kept: $0.text) }
    var tree = Frontier()
    var lines = LineBuffer(limit: Self.linesBytes, total: end)
    try lines.add(ExportLine.begin(ledger: store.ledger.id, isDemo: store.ledger.isDemo), .start, put)
    try eachEntry(upTo: end) { entry in
      tree.append(entry.leaf)
      let event = try coding.decode(entry.record) { _, _ in nil }
      let line = ExportLine.event(entry.record, at: entry.position, leaf: entry.leaf, saying: event, source: source)
      try lines.add(line, entry.position, put)
    }
    guard tree.size == end.rawValue, tree.root == root else {
      throw StoreError.ledgerDamaged(at: end, reason: "its leaves do not give the root")
    }
    for issued in checkpoints {
      let line = ExportLine.checkpoint(
        size: issued.checkpoint.size, keyID: issued.verifierKey.keyID, text: issued.kept, source: source)
      try lines.add(line, end, put)
    }
    try lines.add(ExportLine.end(size: end.rawValue, root: root, source: source), end, put)
    try lines.flush(end, put)
  }

  /// Tells all events for people, opened as far as their keys are here.
  ///
  /// - Parameter json: an event as people are to read it.
  public func exportReadable(json: (LedgerEvent) throws -> [UInt8], _ put: PutLines) throws {
    let end = applied
    let root = try store.root(ofSize: end.rawValue)
    let source = ExportLine.source(ledger: store.ledger.id)
    var lines = LineBuffer(limit: Self.linesBytes, total: end)
    try lines.add(
      ExportLine.begin(ledger: store.ledger.id, isDemo: store.ledger.isDemo, readable: true), .start, put)
    var reached = Position.start
    while reached < end {
      // Short, because the views are held while the codes of its cases are looked up.
      let events = try events(from: reached.next, limit: 200).prefix { $0.position <= end }
      guard let last = events.last else {
        throw StoreError.ledgerDamaged(at: reached.next, reason: "it is missing")
      }
      for event in events {
        try lines.add(ExportLine.readable(event, json: try json(event), source: source), event.position, put)
      }
      reached = last.position
    }
    try lines.add(ExportLine.end(size: end.rawValue, root: root, source: source), end, put)
    try lines.flush(end, put)
  }

  private func eachEntry(upTo end: Position, _ body: (Ledger.Entry) throws -> Void) throws {
    var reached = Position.start
    while reached < end {
      let limit = Int(clamping: min(UInt64(Self.blockSize), end.rawValue - reached.rawValue))
      let entries = try store.ledger.records(from: reached.next, limit: limit)
      for entry in entries where entry.position == reached.next {
        try body(entry)
        reached = entry.position
      }
      guard reached == entries.last?.position else {
        throw StoreError.ledgerDamaged(at: reached.next, reason: "it is missing")
      }
    }
  }
}

/// Gathers lines until there are enough for one reply.
private struct LineBuffer {
  let limit: Int
  let total: Position
  private var lines: [String] = []
  private var bytes = 0

  init(limit: Int, total: Position) {
    self.limit = limit
    self.total = total
  }

  mutating func add(_ line: String, _ reached: Position, _ put: DeskService.PutLines) throws {
    if bytes + line.utf8.count > limit { try flush(reached, put) }
    lines.append(line)
    bytes += line.utf8.count
  }

  mutating func flush(_ reached: Position, _ put: DeskService.PutLines) throws {
    if lines.isEmpty { return }
    try put(lines, reached, total)
    lines.removeAll(keepingCapacity: true)
    bytes = 0
  }
}
