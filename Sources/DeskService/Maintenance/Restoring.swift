public import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB
import Synchronization

extension DeskService {
  /// The codes that may have been given out without the ledger knowing: on the days from its last event to today, and
  /// for receptions that are recorded late for a day before.
  ///
  /// - Parameters:
  ///   - step: how far the floor lies above the greatest serial that is known.
  ///   - known: the greatest serial that is known elsewhere to be given out, or left free by a restore that is lost
  ///     itself.
  ///   - latest: when something happened that the ledger does not know of; the clock may be behind it.
  public func serialFloor(step: Int, known: UInt32 = 0, latest: Timestamp? = nil) throws -> SerialFloor {
    let views = try views
    let transaction = try views.store.environment.beginRead()
    return try writer.lostCodes(step: step, known: known, now: max(now, latest ?? now), views, transaction)
      .floor(above: rules.office.greatestFloor)
  }

  /// Erases cases again that the office had erased and an older state of the ledger brings back: they were erased
  /// already, so that neither their state nor a hold is asked. Under a clock that is not believed they bear the time of
  /// the last event, because a name that comes back does not wait for a clock. Their keys are for the caller to
  /// destroy.
  ///
  /// - Parameter byHolder: whether the caller has called `writer.hold`.
  /// - Returns: how many had to be erased, because the ledger did not have their erasure.
  public func eraseAgain(
    _ erasures: [ErasureList.Entry], by actor: Actor, byHolder: Bool = false
  ) throws -> Int {
    var count = 0
    for start in stride(from: 0, to: erasures.count, by: 1000) {
      let block = Array(erasures[start..<min(start + 1000, erasures.count)])
      count += try betweenCommits(byHolder: byHolder, needsReserve: false, needsClock: false) { [writer] in
        try writer.eraseAgain(block, by: actor)
      }
    }
    return count
  }

  /// Says in the ledger that what was signed is recorded outside of it.
  public func markSignedHeads() throws {
    try betweenCommits(needsReserve: false, needsClock: false) { [store] in
      var batch = try store.beginBatch()
      batch.markSignedHeads()
      // It has no events, of which the views would have to know.
      try batch.commit(.behind) { _ throws(LMDBError) in }
    }
  }
}

extension CommandWriter {
  /// What the lost events may have given out, where a loss does not say it itself; nil for anything else.
  func lostCodes(
    for command: OfficeCommand, now: Timestamp, _ views: DeskViews, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> LostCodes? {
    guard case .restore(let loss) = command, loss.floor == nil else { return nil }
    let known = try apart?.heads.read()?.floor?.serial ?? 0
    let erased = Set(try store.erasures().map(\.commitment))
    let latest = try apart?.latest(beyond: store.ledger.position(), erased: erased)
    return try lostCodes(
      step: serialStep.load(ordering: .relaxed), known: known, now: max(now, latest ?? now), views, transaction)
  }

  func lostCodes(
    step: Int, known: UInt32, now: Timestamp, _ views: DeskViews, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> LostCodes {
    let offset = officeOffset
    let time = ledgerTime
    let (last, today) = ((time.isEmpty ? now : time.recordedAt).day(at: offset), now.day(at: offset))
    // Under a wrong clock, a case may have been received on a later day than it was recorded on.
    let greatest = try views.greatestSerial(through: max(last, today).adding(366), transaction)
    return LostCodes(lastEvent: last, today: today, greatest: max(greatest, known), step: step)
  }

  /// What is recorded as the basis, because the list does not say by which right a case was erased.
  private static let basis = "danh sách hồ sơ đã xóa dữ liệu của cơ quan (the office's list of erasures)"

  func eraseAgain(_ erasures: [ErasureList.Entry], by actor: Actor) throws -> Int {
    let now = now
    let time = lookAtClock() == nil ? ledgerTime.recording(at: now) : ledgerTime
    guard try erasures.contains(where: { try desk.state(of: $0.slot).isToBeErased }) else { return 0 }
    // The views hold what is erased now, so they count as begun before it, and a rebuild scrubs them.
    let views = store.views
    try views.environment.write { transaction throws(LMDBError) in
      if try views.builtAt(transaction) > time.recordedAt.microseconds {
        try views.setBuilt(at: time.recordedAt.microseconds, transaction)
      }
    }
    var batch = try desk.begin()
    let (position, offset) = (rules.current?.position ?? .start, officeOffset)
    for erasure in erasures {
      let state = try desk.state(of: erasure.slot)
      guard state.isToBeErased else { continue }
      let earliest = state.reception?.at ?? erasure.at
      // The same erasure is the same command, however often an older state brings the case back.
      let cause = Array("erasedAgain \(erasure.slot)".utf8)
      let event = CaseEvent(
        .erased(Erased(basis: Self.basis)),
        .init(
          recordedAt: time.recordedAt, occurredAt: min(max(earliest, erasure.at), now), offset: offset, actor: actor,
          rules: position))
      let stored = StoredEvent(
        stream: erasure.slot, version: state.version.next,
        command: .init(id: CommandID.make(cause: cause), digest: store.keys.officeDigest(cause)), body: .desk(event))
      let record = try RecordCoding.encode(stored, slot: erasure.slot, keyCommitment: []) { _, part in
        // An erasure has no personal part to seal.
        throw StoreError.keyClosed(slot: part.slot)
      }
      _ = try batch.append(record, stored.recordKey)
      var after = state
      CaseDecider.evolve(&after, event)
      desk.change(erasure.slot, from: state, to: after)
    }
    let (count, end) = (batch.appended, batch.position)
    _ = try desk.commit(batch, .atOnce)
    follow(time)
    lag.catchUp(to: end)
    signal.advance(to: end)
    return count
  }
}

extension CaseState {
  /// Whether there is such a case, and it is not erased.
  fileprivate var isToBeErased: Bool { erasure == nil && version > .none }
}
