import Desk
import DeskRecords
import EventSourcing
public import EventStore
public import MerkleTree

/// What a ledger that was verified says of cases, keys and its own past, for those who put it back.
public struct LedgerFacts: Sendable {
  /// How many events there are.
  public private(set) var size: UInt64 = 0
  /// The last case.
  public private(set) var last: UInt64 = 0
  /// The cases that were erased.
  public private(set) var erased: [UInt64] = []
  /// The root of the tree at each size that was asked for; none where there are fewer events.
  public private(set) var roots: [UInt64: Hash] = [:]
  /// The cases whose keys have commitments that were asked for, erased in the ledger or not.
  public private(set) var found: [[UInt8]: UInt64] = [:]
  /// The first case of those whose keys the backup is too old to have, which reach to the last; nil when it has all.
  public private(set) var lacking: UInt64?
  /// The last case whose key the backup has.
  private var opened: UInt64 = 0
  /// The name of the log in the last checkpoint that it keeps.
  public private(set) var origin: String?

  /// - Parameters:
  ///   - sizes: sizes that somebody knows a root of.
  ///   - keys: held against what the ledger says of its keys.
  ///   - slots: the cases whose keys are asked for; nil for all.
  ///   - commitments: of keys whose cases are asked for.
  ///   - mayLackLast: the keys may be older than the last cases.
  /// - Throws: `StoreError`, `LedgerFault`, or `KeysBackup.Fault`.
  public init(
    _ path: String, rootsAt sizes: Set<UInt64> = [], keys: KeysBackup?, slots: Set<UInt64>? = nil,
    commitments: Set<[UInt8]> = [], mayLackLast: Bool = false
  ) throws {
    let ledger = try Ledger.alone(path)
    if try ledger.isImporting() {
      throw StoreError.ledgerDamaged(
        at: .start, reason: "it was copied while another ledger was brought in: half of it")
    }
    let walk = try LedgerWalk(ledger)
    origin = try ledger.checkpoints().last.flatMap { try? IssuedCheckpoint(kept: $0.text).checkpoint.origin }
    if sizes.contains(0) { roots[0] = walk.tree.root }
    let sizes = sizes.sorted()
    while true {
      let block = try walk.next(to: sizes.first { $0 > size }.map { Position($0) }) { _ in }
      if block.isEmpty {
        if try size == ledger.position().rawValue { break }
        throw StoreError.unexpected("the ledger changes while it is read")
      }
      for checked in block { try take(checked.entry.record, keys, slots, commitments, mayLackLast) }
      size = walk.tree.size
      if sizes.contains(size) { roots[size] = walk.tree.root }
    }
    guard slots == nil, let keys, keys.last < last else { return }
    if !mayLackLast { try keys.require(last) }
    lacking = min(lacking ?? last, keys.last + 1)
  }

  private mutating func take(
    _ record: [UInt8], _ keys: KeysBackup?, _ slots: Set<UInt64>?, _ commitments: Set<[UInt8]>, _ mayLackLast: Bool
  ) throws {
    let stored = try RecordCoding.current.decode(record) { _, _ in nil }
    last = max(last, stored.stream)
    if stored.isErasure { erased.append(stored.stream) }
    let slot = stored.stream
    guard stored.version == Version(1), slot > 0, let commitment = try RecordCoding.seal(of: record).keyCommitment
    else { return }
    if commitments.contains(commitment) { found[commitment] = slot }
    guard let keys, slots?.contains(slot) ?? true else { return }
    switch try mayLackLast && slot > keys.last ? false : keys.isKey(of: slot, commitment: commitment) {
    case true?:
      // They are made again up to the end, so behind one that is not the case's own there is none that is.
      if let lacking { throw KeysBackup.Fault.ofAnotherLedger(slot: lacking) }
      opened = slot
    case false?:
      // Slots are made ahead, and made again at a start: in an older backup the later ones hold other keys.
      guard opened > 0 else { throw KeysBackup.Fault.ofAnotherLedger(slot: slot) }
      guard mayLackLast else { throw KeysBackup.Fault.older(slots: opened, needed: slot) }
      lacking = lacking ?? slot
    case nil: break
    }
  }
}
