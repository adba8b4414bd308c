import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB
import MerkleTree
import Sealing

/// Walks everything there is and holds it against everything else: events against their hashes, places and checkpoints,
/// views against a replay, keys against the master key.
///
/// LMDB trusts its pages and ends the process on damaged ones: run it in a process that may die.
public final class Verification {
  public enum Phase: String, Sendable, CaseIterable {
    case ledger, views, keys, done
  }

  /// How far it is, told before what comes next is read.
  public struct Step: Hashable, Sendable {
    public var phase: Phase
    public var done = 0
    public var total = 0
    /// The event that is read next; in the views, up to where they were compared.
    public var position: UInt64 = 0
    /// The root over all events, in base64; at the end.
    public var root: String?
    /// Signed checkpoints, and rows of the views, that were found in order.
    public var checkpoints = 0
    public var rows = 0
    /// The table of the views that is read next.
    public var table: String?

    public init(phase: Phase) { self.phase = phase }
  }

  public typealias Report = (Step) throws -> Void

  private var step = Step(phase: .ledger)
  private let report: Report

  private init(_ report: @escaping Report) { self.report = report }

  /// Verifies a ledger by itself, such as a backup: its events, its tree and its checkpoints.
  ///
  /// - Throws: `Damage` for the first that there is, or why it cannot be verified.
  public static func ledger(_ path: String, report: @escaping Report) throws -> Step {
    let verification = Verification(report)
    return try verification.locating(nil) { try verification.walk(try Ledger.alone(path)) }
  }

  /// Reads every event of a ledger in which somebody may write meanwhile, and judges none: whether whoever reads it whole
  /// comes to its end.
  ///
  /// - Throws: `Damage` for a page that cannot be read, or why the ledger cannot be opened.
  public static func pages(_ path: String, report: @escaping Report) throws -> Step {
    let verification = Verification(report)
    return try verification.locating(nil) { try verification.read(try Ledger.beside(path)) }
  }

  private func read(_ ledger: Ledger) throws -> Step {
    let end = try ledger.position()
    step.total = Int(clamping: end.rawValue)
    var next = Position(1)
    while next <= end {
      try announce(next, checkpoints: 0)
      do throws(StoreError) {
        guard let last = try ledger.records(from: next, limit: LedgerWalk.blockMax).last else { break }
        next = last.position.next
      } catch {
        // Too short for its hash, it ends nobody.
        guard case .ledgerDamaged(let position, _) = error, position >= next else { throw error }
        next = position.next
      }
    }
    return finished(root: "", checkpoints: 0, position: end)
  }

  /// Verifies a data directory, whether a daemon works in it or not.
  ///
  /// - Parameter scratch: an empty directory for the replay.
  /// - Throws: `Damage` for the first that there is, or why it cannot be verified.
  public static func directory(_ path: String, scratch: String, report: @escaping Report) throws -> Step {
    let verification = Verification(report)
    let reader = try verification.locating(nil) {
      try StoreReader(path, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion)
    }
    return try verification.locating(reader) { try verification.verify(reader, scratch) }
  }

  private func walk(_ ledger: Ledger) throws -> Step {
    let walk = try LedgerWalk(ledger)
    step.total = Int(clamping: try ledger.position().rawValue)
    var last: Int64 = .min
    while true {
      let block = try walk.next { try announce($0, checkpoints: walk.checkpoints) }
      if block.isEmpty { break }
      for checked in block {
        let position = checked.entry.position
        step.position = position.rawValue
        let stored = try RecordCoding.current.decode(checked.entry.record) { _, _ in nil }
        try Self.checkTime(stored, after: &last, at: position)
      }
    }
    try walk.checkOthers(try ledger.checkpoints()) { _, _ in
      throw Damage(.checkpointDiffers, "một điểm chốt không khớp sổ", "a checkpoint does not fit the ledger")
    }
    return finished(root: walk.tree.root.base64, checkpoints: walk.checkpoints, position: walk.position)
  }

  private func verify(_ reader: StoreReader, _ scratch: String) throws -> Step {
    let replay = try Replay(of: reader.ledger, at: scratch, tables: DeskViews.tables)
    let views = try DeskViews(replay.views)
    let projection = ReplayedDesk(reader, views)
    // What was replayed when somebody asks whose a damaged event is.
    replayed = views
    step.total = Int(clamping: try reader.ledger.position().rawValue)
    func advance(to end: Position?) throws {
      try replay.advance(to: end, announce: { try announce($0, checkpoints: replay.checkpoints) }) {
        step.position = $1.rawValue
        return try projection.apply($0, $1, $2)
      }
    }
    let live = try reader.openViews()
    try advance(to: try live.map { try Self.position($0) })
    if let live {
      step.phase = .views
      let comparison = ViewsComparison(reader, views, live)
      step.rows = try comparison.run(advance: advance) { done, total, table, position in
        (step.done, step.total, step.table, step.position) = (done, total, table, position.rawValue)
        try report(step)
      }
      step.table = nil
      step.phase = .ledger
    }
    step.total = Int(clamping: try reader.ledger.position().rawValue)
    try replay.finish(announce: { try announce($0, checkpoints: replay.checkpoints) }) {
      step.position = $1.rawValue
      return try projection.apply($0, $1, $2)
    }
    if let difference = try reader.markDifference() { throw Damage(difference) }
    try checkKeys(reader.keys, last: try Self.lastStream(replay.views))
    return finished(root: replay.rootText, checkpoints: replay.checkpoints, position: replay.position)
  }

  private var replayed: DeskViews?

  private func announce(_ position: Position, checkpoints: Int) throws {
    step.position = position.rawValue
    step.done = Int(clamping: position.rawValue) - 1
    step.total = max(step.total, step.done)
    step.checkpoints = checkpoints
    try report(step)
  }

  private func finished(root: String, checkpoints: Int, position: Position) -> Step {
    step.phase = .done
    (step.root, step.checkpoints, step.position) = (root, checkpoints, position.rawValue)
    (step.done, step.total) = (Int(clamping: position.rawValue), Int(clamping: position.rawValue))
    return step
  }

  private func checkKeys(_ keys: Keys, last: UInt64) throws {
    step.phase = .keys
    step.total = Int(clamping: last)
    for slot in stride(from: 1, through: last, by: 1) {
      if slot % 4096 == 1 {
        step.done = Int(clamping: slot) - 1
        try report(step)
      }
      do throws(StoreError) { _ = try keys.key(slot) } catch {
        guard var damage = Damage(error, near: nil, table: nil) else { throw error }
        damage.code = replayed.flatMap { Self.code(of: slot, $0) }
        throw damage
      }
    }
  }

  /// Turns what goes wrong into the damage that it shows, with the case that it concerns.
  private func locating<R>(_ reader: StoreReader?, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch {
      guard var damage = Damage(error, near: step.position == 0 ? nil : step.position, table: step.table) else {
        throw error
      }
      let concernsCase = ![.checkpointDiffers, .rootDiffers].contains(damage.kind)
      if damage.code == nil, concernsCase, let position = damage.position, step.phase == .ledger {
        damage.code = Self.code(at: Position(position), reader)
      }
      throw damage
    }
  }

  /// Whose event lies at a position, by the views: the event itself may say anything.
  private static func code(at position: Position, _ reader: StoreReader?) -> String? {
    guard let live = try? reader?.openViews(), let number = try? live.stream(at: position), number > 0,
      let views = try? DeskViews(live)
    else { return nil }
    return code(of: number, views)
  }

  static func code(of number: UInt64, _ views: DeskViews) -> String? {
    guard let transaction = try? views.store.environment.beginRead() else { return nil }
    return (try? views.state(of: number, transaction))?.reception?.facts.code
  }

  static func position(_ views: Views) throws(LMDBError) -> Position {
    try views.environment.read { transaction throws(LMDBError) in try views.position(transaction) }
  }

  private static func lastStream(_ views: Views) throws(LMDBError) -> UInt64 {
    try views.environment.read { transaction throws(LMDBError) in try views.lastStream(transaction) }
  }

  static func checkTime(_ stored: StoredEvent, after last: inout Int64, at position: Position) throws(Damage) {
    let recordedAt = stored.circumstances.recordedAt.microseconds
    guard recordedAt >= last else {
      throw Damage(
        .timeRunsBack, at: position.rawValue, "ghi vào lúc sớm hơn sự kiện trước đó",
        "it was recorded before the event that precedes it")
    }
    last = recordedAt
  }
}

/// The desk as a replay makes it, with what each record says of times and keys checked on the way.
private final class ReplayedDesk {
  private let reader: StoreReader
  private let views: DeskViews
  private var last: Int64 = .min

  init(_ reader: StoreReader, _ views: DeskViews) {
    self.reader = reader
    self.views = views
  }

  func apply(
    _ record: [UInt8], _ position: Position, _ transaction: borrowing WriteTransaction
  ) throws -> Views.RecordKey {
    let stored = try RecordCoding.current.decode(record, keys: reader.keys)
    try Verification.checkTime(stored, after: &last, at: position)
    if let commitment = try RecordCoding.seal(of: record).keyCommitment,
      let key = try reader.keys.key(stored.stream), key.commitment != commitment
    {
      throw Damage(
        .keyDiffers, at: position.rawValue, "khóa của hồ sơ không phải khóa mà sự kiện này cam kết",
        "the key of the case is not the one that this event commits to")
    }
    return try views.project(stored, at: position, transaction)
  }
}
