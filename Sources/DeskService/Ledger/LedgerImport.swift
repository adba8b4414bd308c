import Desk
import DeskRecords
import DeskViews
public import EventStore
import EventSourcing
import LMDB
public import MerkleTree

/// How far the bringing in of a ledger has come.
public struct LedgerImportProgress: Hashable, Sendable {
  public enum Phase: Hashable, Sendable {
    /// Bytes of the file are read; nothing is written.
    case checking
    /// Events are written.
    case writing
    /// The views are built from them.
    case building
  }

  public var phase: Phase
  public var done: Int
  public var total: Int
}

/// A ledger that was brought in whole.
public struct ImportedLedger: Hashable, Sendable {
  /// How many events the export has, and the root over them, which is the root that it had where it came from.
  public var size: UInt64
  public var root: Hash
  public var cases: Int
  /// How many cases have no key here: what identifies people in them reads as closed.
  public var closed: Int
}

/// There are cases or signed checkpoints already: a ledger is brought into an empty one only.
public struct LedgerNotEmpty: Error, Hashable, Sendable {
  public var cases: Int

  public init(cases: Int) { self.cases = cases }
}

/// None of the keys is one that sealed a case of the export.
public struct KeysOfAnotherLedger: Error, Hashable, Sendable {}

extension DeskService {
  private static let blockRecords = 4_000
  private static let blockBytes = 8 << 20

  /// Makes this ledger the one that was exported: the same positions, records, root, name and checkpoints.
  ///
  /// The whole file is read before anything is written. While it is written, commands are refused as busy; if that does
  /// not come to its end, the ledger is empty again, at once or at the next start. It takes as long as a replay: call it
  /// from a thread of its own.
  ///
  /// - Parameters:
  ///   - keys: opens what is personal; without it, that reads as closed.
  ///   - report: called after each block; throws to give up.
  /// - Throws: `LedgerNotEmpty`, `ExportError`, `KeysOfAnotherLedger`, `RebuildRunning`, or what the storage says.
  public func importLedger(
    _ spool: SpoolFile, keys: KeysBackup?, _ report: (LedgerImportProgress) throws -> Void = { _ in }
  ) throws -> ImportedLedger {
    // A rebuild beside it would make views of a ledger that is gone live.
    guard maintenance.begin(.init(position: .start, end: .start)) else { throw RebuildRunning() }
    defer { maintenance.end() }
    try betweenCommits { [self] in try requireEmpty() }
    let listed = try listedErasures()
    let contents = try ExportCheck.run(spool, by: coding, keys: keys, listed: listed) {
      try report(.init(phase: .checking, done: $0, total: spool.size))
    }
    guard contents.isDemo || !clock.isDemo else {
      throw ExportError(
        1, "đây là sổ thật, còn motcuad này đang chạy thử với đồng hồ chỉnh được",
        "this is a real office's ledger, and this motcuad runs a demo whose clock can be moved")
    }
    if contents.known == 0, !contents.strangers.isEmpty { throw KeysOfAnotherLedger() }
    // About what the ledger and its views will take.
    try requireSpace(for: spool.size)
    try writer.requireMaps(forExportOf: spool.size)
    try betweenCommits { [self, id = contents.ledger, isDemo = contents.isDemo] in
      try requireEmpty()
      // What is empty again after an import that was broken off has lost what said so.
      try acceptLoss(before: 0)
      try store.beginImport(id: id, isDemo: isDemo)
      writer.hold()
    }
    let fresh: DeskViews
    do {
      try put(keys, for: contents)
      let root = try write(spool, contents, report)
      guard root == contents.root else { throw StoreError.unexpected("the ledger was not written as it was read") }
      fresh = try DeskViews(store.makeViews(now: buildingAt.microseconds))
      try Self.catchUp(store, fresh, by: coding) {
        maintenance.set(.init(position: $0, end: Position(contents.size)))
        try report(
          .init(phase: .building, done: Int(clamping: $0.rawValue), total: Int(clamping: contents.size)))
      }
      try acceptLoss(before: contents.size)
      let checkpoints = contents.issued
      try betweenCommits(byHolder: true) { [self] in try store.finishImport(checkpoints: checkpoints) }
    } catch {
      try settling { try abandonImport() }
      throw error
    }
    try settling { try goOn(with: fresh) }
    return ImportedLedger(
      size: contents.size, root: contents.root, cases: contents.cases,
      closed: try store.keys.absentCount(upTo: contents.streams))
  }

  /// What ends an import. When it fails only a start can settle it: it finds the mark, and empties the ledger, or makes
  /// the views of the whole one.
  private func settling(_ body: () throws -> Void) throws {
    do { try body() } catch CommandFailure.stopping {
      throw CommandFailure.stopping
    } catch {
      throw writer.fail(error)
    }
  }

  /// The commitments of the keys of the cases that the office has erased.
  private func listedErasures() throws -> Set<[UInt8]> {
    guard let list = apart?.erasures else { return [] }
    do throws(ErasureList.Fault) { return Set(try list.entries().map(\.commitment)) } catch {
      // It would bring them back.
      throw CommandFailure.erasureListUnwritable(path: list.path, reason: error.text)
    }
  }

  /// Where there was a ledger before, nobody knows how far it went: as after a restore without a checkpoint. It is kept
  /// before the ledger is the other one, so that no crash leaves it unsaid.
  private func acceptLoss(before size: UInt64) throws {
    guard let apart, try !apart.known().isEmpty else { return }
    try store.acceptLoss(AcceptedLoss(witness: .nobody, seen: .start, size: Position(size)))
  }

  /// Nothing but what a fresh start records of the office itself, and the clock that it was told to believe.
  private func requireEmpty() throws {
    let (cases, views) = (try caseCount(), store.views)
    let (last, office) = try views.environment.read { transaction throws(LMDBError) in
      (try views.lastStream(transaction), try views.positions(of: 0, transaction))
    }
    guard last == 0, try store.ledger.checkpoints().isEmpty else { throw LedgerNotEmpty(cases: cases) }
    for position in office {
      guard let record = try store.ledger.record(at: position) else { continue }
      switch try store.decode(record, by: coding).body {
      case .office: break
      case .desk: throw LedgerNotEmpty(cases: cases)
      }
    }
  }

  /// Only now that the export is known to be whole. What was erased is forgotten before anything reads it.
  private func put(_ backup: KeysBackup?, for contents: ExportContents) throws {
    if let backup {
      // Half replaced, the keys in memory are not those on the disk: nothing may be sealed with either.
      do {
        try store.keys.replace(with: backup.forgetting(contents.erased + contents.listed))
      } catch { throw writer.fail(error) }
    } else {
      store.keys.discard(after: 0)
    }
    try store.keys.markAbsent(upTo: contents.streams)
    for slot in contents.strangers { try store.keys.markAbsent(slot) }
    try store.keys.forget(contents.erased + contents.listed)
    store.keys.discard(after: contents.streams)
  }

  private func write(
    _ spool: SpoolFile, _ contents: ExportContents, _ report: (LedgerImportProgress) throws -> Void
  ) throws -> Hash {
    var reader = ExportReader(spool)
    var tree = Frontier()
    var (block, bytes): ([[UInt8]], Int) = ([], 0)
    while case let line? = try reader.next() {
      if case .event(_, _, let record, _) = line {
        block.append(record)
        bytes += record.count
      }
      let isLast = tree.size + UInt64(block.count) == contents.size
      guard !block.isEmpty, isLast || block.count >= Self.blockRecords || bytes >= Self.blockBytes else { continue }
      try requireSpace(for: 2 * bytes)
      tree = try betweenCommits(byHolder: true) { [store, block] in try store.importRecords(block) }
      (block, bytes) = ([], 0)
      try report(.init(phase: .writing, done: Int(clamping: tree.size), total: Int(clamping: contents.size)))
      if isLast { break }
    }
    return tree.root
  }

  /// An empty ledger again, as after a first start.
  private func abandonImport() throws {
    try betweenCommits(byHolder: true, needsReserve: false, needsClock: false) { [store] in try store.abandonImport() }
    store.keys.discard(after: 0)
    try goOn(with: DeskViews(store.makeViews(now: buildingAt.microseconds)))
  }

  /// Lets questions, and commands under the rules of the configuration, go on in the ledger as it is now.
  private func goOn(with fresh: DeskViews) throws {
    try betweenCommits(byHolder: true, needsReserve: false, needsClock: false) { [self] in
      try Self.catchUp(store, fresh, by: coding) { [writer] _ in writer.beat() }
      try store.replaceViews(with: fresh.store) { [writer] in writer.beat() }
      try rules.load()
      let end = try store.ledger.position()
      signal.advance(to: end)
      writer.lag.catchUp(to: end)
      // The ledger may be shorter now than somebody waits for.
      writer.lag.applied.nudge()
      let time = try LedgerTime.read(store, accepted: rules.office.lastClock, by: coding)
      writer.follow(time)
      // An empty ledger doubted no clock, and this one may.
      clock.goOn(from: nil, after: time)
    }
    try recordAcceptedLoss(byHolder: true)
    try eraseListedAgain(byHolder: true)
    completeErasureList(byHolder: true)
    try adoptConfigured(byHolder: true)
    writer.release()
    // Other rules may have been configured just now, and have been left to this import.
    try adoptConfigured()
  }
}
