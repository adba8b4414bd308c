import Desk
import DeskRecords
import EventSourcing
import EventStore
import LMDB
import Synchronization

/// What happens on the writer's thread: a group of commands is decided one after the other, committed together, and
/// then answered.
final class CommandWriter: Sendable {
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
  /// Whether the disk refuses the mark of what is durable.
  let isMarkRefused = Atomic(false)
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
    var commands: [Pending] = []
    commands.reserveCapacity(turns.count)
    for case .command(let pending) in turns { commands.append(pending) }
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

  func latch(_ error: any Error) -> String {
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

  /// - Throws: `CommandFailure.storageFull` when so many bytes more would eat into the reserve.
  func requireSpace(for bytes: Int) throws { if let full = try fullDisk(for: bytes) { throw full } }

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

  func applyRecorded() throws(CommitError) {
    lag.begin()
    if desk.count == 0 { return }
    try desk.apply()
    lag.catchUp(to: signal.position)
    beat()
  }
}
