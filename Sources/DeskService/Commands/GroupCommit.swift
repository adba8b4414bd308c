import Desk
import DeskRecords
import EventSourcing
import EventStore
import LMDB
import Metrics
import Synchronization

/// The commit of a group: its commands are decided one after the other, each on what those before it have left.
extension CommandWriter {
  /// - Throws: `NoRoom` while what the start had to write first is put off for want of room.
  private func begin() throws -> Batch {
    do { return try desk.begin() } catch {
      if let failure = noRoom(error) { throw NoRoom(failure: failure) }
      throw error
    }
  }

  func commit(
    _ group: [Pending], _ duration: inout Duration
  ) throws -> [Result<Accepted, CommandFailure>] {
    let now = now
    return try commit(group, at: now, leaving: ledgerTime.recording(at: now), &duration)
  }

  /// - Parameters:
  ///   - now: the office's time.
  ///   - after: how far the ledger's time has come then.
  ///   - refusal: what meets everything that would be recorded.
  func commit(
    _ group: [Pending], at now: Timestamp, leaving after: LedgerTime, refusing refusal: CommandFailure? = nil,
    _ duration: inout Duration
  ) throws -> [Result<Accepted, CommandFailure>] {
    // What is decided of the office goes by the views alone.
    if group.contains(where: \.isOffice) { try applyRecorded() }
    var batch = try begin()
    var results: [Result<Accepted, CommandFailure>] = []
    results.reserveCapacity(group.count)
    var office: OfficeChange?
    var erased: [UInt64] = []
    var listed: [UInt64] = []
    var isAtOnce = false
    let moment = Moment(now: now, recordedAt: after.recordedAt)
    let executor = CommandExecutor(
      desk: desk, coding: coding, rules: rules, moment: moment,
      caseEventsMax: caseEventsMax.load(ordering: .relaxed))
    for pending in group {
      let appendedBefore = batch.appended
      do {
        switch pending.work {
        case .command(let request):
          // Before a repeat is answered, too: the answer says that no backup brings the case back.
          if request.erasesSomething { try requireErasureList() }
          let accepted = try executor.execute(request, refusing: refusal, &batch)
          if request.isAppliedAtOnce { isAtOnce = true }
          if !accepted.erased.isEmpty {
            erased += accepted.erased
            if !accepted.isRepeated { listed += accepted.erased }
          }
          results.append(.success(accepted))
        case .office(let command, let actor, _):
          if let refusal { throw refusal }
          isAtOnce = true
          let events = try execute(command, actor, moment, &office, &batch)
          var answer = Accepted(
            number: 0, version: .none, position: batch.position, at: moment, state: CaseState(), events: events)
          answer.isRepeated = events == 0
          results.append(.success(answer))
        }
      } catch let rejection as Rejection {
        results.append(.failure(.rejected(rejection)))
      } catch let failure as CommandFailure {
        results.append(.failure(failure))
      } catch StoreError.keyClosed where batch.appended == appendedBefore {
        // The case is there and not erased, so its key was never brought to this machine.
        results.append(.failure(.rejected(.keyNotHere(code: pending.work.code))))
      } catch let error as LMDBError where error.code == .readersFull && batch.appended == appendedBefore {
        // Other processes have all places of readers. Those of dead ones are free within a minute.
        results.append(.failure(.busy))
      } catch  where batch.appended == appendedBefore && Self.concernsOneCase(error) {
        report("a command could not be decided: \(error)")
        results.append(.failure(.unreadable))
      } catch {
        if let failure = noRoom(error) { throw NoRoom(failure: failure) }
        throw error
      }
    }
    let appended = batch.appended
    let position = batch.position
    // Behind a commit nothing can be refused any more, so no block may be left there that might not fit.
    if !isAtOnce { isAtOnce = !store.hasViewsRoom(forEvents: desk.count + appended) }
    let start = ContinuousClock.now
    let isApplied: Bool
    do throws(CommitError) { isApplied = try desk.commit(batch, isAtOnce ? .atOnce : .behind) } catch {
      if case .mapFull(let map) = error { throw NoRoom(failure: full(map)) }
      throw error
    }
    duration = start.duration(to: .now)
    figures.batches.add(group.count)
    if appended > 0 {
      figures.commits.add(duration)
      figures.commitRate.add()
      follow(after)
      if let office { rules.take(office) }
      if isApplied { lag.catchUp(to: position) } else { lag.fall(behindBy: desk.count, after: duration) }
      if !isAtOnce, isMarkRefused.load(ordering: .relaxed) != isApplied { tellMark(isRefused: isApplied) }
      signal.advance(to: position)
    }
    // Only now: a key that is gone before its event is durable would close a case that nobody erased. The list comes before
    // the keys, so that nothing is erased here that a backup could bring back.
    if let apart { try apart.erasures.add(store.erasures(of: listed, at: after.recordedAt)) }
    try store.keys.forget(erased)
    beat()
    return results
  }

  /// The views were to be left behind, and were written at once because the mark was not; or it is written again.
  private func tellMark(isRefused: Bool) {
    isMarkRefused.store(isRefused, ordering: .relaxed)
    if isRefused {
      let why = store.markFault.map { ": \($0)" } ?? ""
      report("the disk does not take the mark of what is durable; answers wait for the views instead\(why)")
    } else {
      note("the disk takes the mark of what is durable again")
    }
  }

  /// Damage in one case's record or key: it stops that command and no other.
  private static func concernsOneCase(_ error: any Error) -> Bool {
    switch error {
    case is RecordError: true
    case StoreError.keysDamaged, StoreError.keyMissing, StoreError.ledgerDamaged: true
    default: false
    }
  }
}
