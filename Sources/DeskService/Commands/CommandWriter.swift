import Desk
import DeskRecords
import EventSourcing
import EventStore
import LMDB
import Metrics
import Synchronization

/// What happens on the writer's thread: a group of commands is decided one after the other, committed together, and
/// then answered.
final class CommandWriter: Sendable {
  struct Pending: Sendable {
    var work: Work
    var reply: @Sendable (Result<Accepted, CommandFailure>) -> Void

    var isOffice: Bool { if case .office = work { true } else { false } }
  }

  enum Work: Sendable {
    case command(CommandRequest)
    case office(OfficeCommand, Actor, byHolder: Bool)

    /// The case that it is about, as it was typed.
    var code: String {
      if case .command(let request) = self, case .existing(let code) = request.target { code } else { "" }
    }
  }

  /// What waits for the writer's thread.
  enum Turn: Sendable {
    case command(Pending)
    /// Done between two commits, when nothing else is being written.
    case between(@Sendable () -> Void)
  }

  let store: EventStore
  let desk: RecordedDesk
  let coding: RecordCoding
  let rules: Rules
  let clock: DeskClock
  let signal: CommitSignal
  let lag: ViewsLag
  /// Commands are refused when the disk has less left than this.
  let reserveBytes: Atomic<Int>
  /// How many days backups of keys are kept that are in no rotation.
  let keyBackupDays: Atomic<Int>
  /// How far above the greatest serial that is known codes begin after a loss.
  let serialStep: Atomic<Int>
  /// How many events a case may have.
  let caseEventsMax: Atomic<Int>
  let apart: Apart?
  /// The office's, as long as no rules say it.
  private let offset: UTCOffset?
  let figures = WriterFigures()
  private let heartbeat: Heartbeat?
  private let time: Mutex<LedgerTime>
  /// Why nothing can be written any more. After a failed commit LMDB takes the next one as if nothing had happened, so
  /// it must not get one.
  private let failure = Mutex<String?>(nil)
  /// While another ledger is written into this one, commands are told to try again.
  private let isHeld = Mutex(false)
  let toldDoubt = Mutex<ClockDoubt?>(nil)
  /// What the daemon has to record itself as soon as the clock is believed.
  let owed = Mutex(OwedEvents())
  private let onFailure: @Sendable (String) -> Void
  let report: @Sendable (String) -> Void
  let note: @Sendable (String) -> Void

  init(
    store: EventStore, coding: RecordCoding, rules: Rules, clock: DeskClock, signal: CommitSignal,
    settings: DeskService.Settings, apart: Apart?, time: LedgerTime,
    offset: UTCOffset?, heartbeat: Heartbeat?,
    onFailure: @escaping @Sendable (String) -> Void,
    report: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    desk = RecordedDesk(store)
    lag = ViewsLag(signal.position)
    self.coding = coding
    self.rules = rules
    self.clock = clock
    self.signal = signal
    reserveBytes = Atomic(settings.reserveBytes)
    keyBackupDays = Atomic(settings.keyBackupDays)
    serialStep = Atomic(settings.serialStep)
    caseEventsMax = Atomic(settings.caseEventsMax)
    self.apart = apart
    self.offset = offset
    self.heartbeat = heartbeat
    self.time = Mutex(time)
    self.onFailure = onFailure
    self.report = report
    self.note = note
  }

  var officeOffset: UTCOffset { rules.current?.book.office.utcOffset ?? offset ?? .utc }
  /// How far the ledger's time has come.
  var ledgerTime: LedgerTime { time.withLock { $0 } }
  /// The office's time, which does not run backwards but where a clock was accepted that does.
  var now: Timestamp { clock.now(after: ledgerTime) }
  /// Why nothing is written any more.
  var reason: String? { failure.withLock { $0 } }
  var isFailed: Bool { reason != nil }

  /// - Parameter settle: told how long the disk took, before anybody is answered.
  func process(_ turns: [Turn], _ settle: (Duration) -> Void) {
    let commands = turns.compactMap { if case .command(let pending) = $0 { pending } else { nil } }
    if !commands.isEmpty || !owed.withLock(\.isEmpty) {
      for group in Self.groups(of: commands) { process(group, settle) }
    }
    for case .between(let body) in turns {
      apply()
      desk.letGo()
      body()
      beat()
    }
    // No snapshot is kept while nothing is decided.
    if desk.count == 0 { desk.recorded.letGo() }
  }

  /// What is recorded of the office itself is a group of its own.
  private static func groups(of commands: [Pending]) -> [[Pending]] {
    guard commands.contains(where: \.isOffice) else { return [commands] }
    return commands.reduce(into: [[Pending]]()) { groups, command in
      if let last = groups.last?.last, last.isOffice == command.isOffice {
        groups[groups.count - 1].append(command)
      } else {
        groups.append([command])
      }
    }
  }

  /// A step of something long on the writer's thread is done.
  func beat() { heartbeat?.beatIfDue() }

  /// From here on commands are refused as busy, and nothing is written but by whoever holds.
  func hold() { isHeld.withLock { $0 = true } }

  /// What is recorded from here on follows what was recorded by then.
  func follow(_ time: LedgerTime) { self.time.withLock { $0 = time } }

  /// Commands go on.
  func release() { isHeld.withLock { $0 = false } }

  /// Runs what writes the store by other ways than commands do. After a failed commit nothing more is written.
  ///
  /// - Parameters:
  ///   - byHolder: whoever called `hold`.
  ///   - needsClock: whether a time is recorded that all later ones will follow.
  func guarded<R>(
    byHolder: Bool = false, needsReserve: Bool = true, needsClock: Bool = true, _ body: () throws -> R
  ) throws -> R {
    if let reason = failure.withLock({ $0 }) { throw CommandFailure.storageFailed(reason) }
    if !byHolder, isHeld.withLock({ $0 }) { throw CommandFailure.busy }
    if needsClock, let doubt = lookAtClock() { throw CommandFailure.clockSuspect(doubt) }
    do { try store.requireHolding() } catch { throw fail(error) }
    if needsReserve, let full = try fullDisk() { throw full }
    do {
      return try body()
    } catch CommitError.mapFull(let map) {
      throw full(map)
    } catch let full as NoRoom {
      throw full.failure
    } catch let error as CommitError {
      throw CommandFailure.storageFailed(latch(error))
    }
  }

  /// Nothing is written any more when somebody has taken the files away: another process may work there by now.
  func requireHolding() {
    if isFailed { return }
    do { try store.requireHolding() } catch { _ = latch(error) }
  }

  /// Whether an import holds the ledger, which is no ledger to be copied or read whole then.
  var isHolding: Bool { isHeld.withLock { $0 } }

  /// Writes nothing any more: what memory and disk say is not the same, and only a start can settle it.
  func fail(_ error: any Error) -> CommandFailure { .storageFailed(latch(error)) }

  private func latch(_ error: any Error) -> String {
    let reason = "\(error)"
    let isFirst = failure.withLock { failure in
      defer { failure = failure ?? reason }
      return failure == nil
    }
    // A page that cannot be read now cannot be read after a start either: the views are built anew then.
    let areDamaged = Self.showsDamagedPages(error)
    if areDamaged { store.distrustViews() }
    // Whoever waits for them is told the reason, so that it comes first.
    if areDamaged || Self.losesViews(error) { lag.lose() }
    if isFirst { onFailure(reason) }
    return reason
  }

  private static func losesViews(_ error: any Error) -> Bool {
    if case CommitError.viewsLost = error { true } else { false }
  }

  /// Of the views, or of the ledger, which is read whole before views are built anew.
  private static func showsDamagedPages(_ error: any Error) -> Bool {
    switch error {
    case CommitError.nothingWritten(let error), StoreError.storage(let error): error.code.isDamage
    default: DeskService.showsDamagedViews(error)
    }
  }

  private func process(_ group: [Pending], _ settle: (Duration) -> Void) {
    var duration = Duration.zero
    var results: [Result<Accepted, CommandFailure>]
    if let reason = failure.withLock({ $0 }) {
      results = group.map { _ in .failure(.storageFailed(reason)) }
    } else if let doubt = lookAtClock() {
      results = refuse(group, because: .clockSuspect(doubt), &duration)
    } else {
      do {
        try store.requireHolding()
        let isHeld = isHolding
        let refusal = isHeld ? CommandFailure.busy : try full()
        if !isHeld, refusal?.leavesReserve != false { try recordOwed() }
        if let refusal {
          // No command can be decided without the rules, which an import and a full disk therefore let through. They find
          // what is kept free, and nothing on a disk that takes nothing at all.
          let passes = { (pending: Pending) in
            if case .office(_, _, let byHolder) = pending.work {
              byHolder || !isHeld && refusal.leavesReserve
            } else {
              false
            }
          }
          let office = group.filter(passes)
          results = office.isEmpty ? [] : try commit(office, &duration)
          let others = refuse(group.filter { !passes($0) }, because: refusal, &duration)
          var next = others.makeIterator()
          for (index, pending) in group.enumerated() where !passes(pending) {
            results.insert(next.next() ?? .failure(refusal), at: index)
          }
        } else {
          results = try commit(group, &duration)
        }
      } catch let full as NoRoom {
        results = group.map { _ in .failure(full.failure) }
      } catch {
        let reason = latch(error)
        results = group.map { _ in .failure(.storageFailed(reason)) }
      }
    }
    settle(duration)
    for (pending, result) in zip(group, results) { pending.reply(result) }
  }

  /// Whoever repeats a command that was recorded is answered, because nothing would be less true than that it was not.
  private func refuse(
    _ group: [Pending], because refusal: CommandFailure, _ duration: inout Duration
  ) -> [Result<Accepted, CommandFailure>] {
    if isHolding { return group.map { _ in .failure(refusal) } }
    do {
      return try commit(group, at: now, leaving: ledgerTime, refusing: refusal, &duration)
    } catch is NoRoom {
      return group.map { _ in .failure(refusal) }
    } catch {
      let reason = latch(error)
      return group.map { _ in .failure(.storageFailed(reason)) }
    }
  }

  /// Before any command: it is decided under the rules that have waited, and comes after a loss that is not told yet.
  private func recordOwed() throws {
    let events = owed.withLock { $0.take() }
    if events.isEmpty { return }
    var duration = Duration.zero
    let results: [Result<Accepted, CommandFailure>]
    do { results = try commit(events, &duration) } catch let full as NoRoom {
      for event in events { event.reply(.failure(full.failure)) }
      throw full
    }
    for (event, result) in zip(events, results) { event.reply(result) }
  }

  /// - Throws: `NoRoom` while what the start had to write first is put off for want of room.
  private func begin() throws -> Batch {
    do { return try desk.begin() } catch {
      if let failure = noRoom(error) { throw NoRoom(failure: failure) }
      throw error
    }
  }

  /// - Throws: `CommandFailure.storageFull` when so many bytes more would eat into the reserve.
  func requireSpace(for bytes: Int) throws { if let full = try fullDisk(for: bytes) { throw full } }

  private func commit(
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
          erased += accepted.erased
          if !accepted.isRepeated { listed += accepted.erased }
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
      time.withLock { $0 = after }
      if let office { rules.take(office) }
      if isApplied { lag.catchUp(to: position) } else { lag.fall(behindBy: desk.count, after: duration) }
      signal.advance(to: position)
    }
    // Only now: a key that is gone before its event is durable would close a case that nobody erased. The list comes before
    // the keys, so that nothing is erased here that a backup could bring back.
    if let apart { try apart.erasures.add(store.erasures(of: listed, at: after.recordedAt)) }
    try store.keys.forget(erased)
    beat()
    return results
  }

  /// Writes into the views what they lack, if they can be written at all.
  func apply() {
    if lag.areLost { return }
    do {
      // Another process may work there by now.
      try store.requireHolding()
      try applyRecorded()
    } catch {
      _ = latch(error)
      lag.lose()
    }
  }

  private func applyRecorded() throws(CommitError) {
    lag.begin()
    if desk.count == 0 { return }
    try desk.apply()
    lag.catchUp(to: signal.position)
    beat()
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
