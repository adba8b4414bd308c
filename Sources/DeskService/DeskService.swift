public import Desk
public import DeskRecords
public import DeskViews
public import EventSourcing
public import EventStore
import Dispatch
import LMDB
import Synchronization

/// The desk as the outside world uses it: commands that are recorded, questions that are answered.
public final class DeskService: Sendable {
  public struct Settings: Sendable {
    /// How many commands may wait before a caller is told to try again.
    public var queueMax = 4096
    /// Commands are refused when the disk has less left than this.
    public var reserveBytes = 64 << 20
    public var clock = ClockLimits()
    /// How far the ledger and the views may grow, each; only a start takes it up.
    public var mapBytes = EventStore.mapBytesDefault
    /// How far above the greatest serial that is known codes begin after a loss.
    public var serialStep = 1000
    /// How many days the office keeps backups of keys that are in no rotation.
    public var keyBackupDays = 30
    /// How many events a case may have.
    public var caseEventsMax = 1000

    public init() {}
  }

  public let store: EventStore
  public let clock: DeskClock
  /// Says how far the ledger is committed.
  public let signal: CommitSignal
  let rules: Rules
  let coding: RecordCoding
  let writer: CommandWriter
  let maintenance = Maintenance()
  /// What is kept outside the data directory; nil when nothing is.
  let apart: Apart?
  /// The rules of the configuration; who holds the lock brings them into force.
  private let configured: Mutex<RuleBook?>
  let actor: Actor
  let thread: WriterThread<CommandWriter.Turn>

  /// Opens the data directory, brings the views up to the ledger, and adopts the rules if they are not the ones in
  /// force.
  ///
  /// - Parameters:
  ///   - book: nil to go on with the rules in force.
  ///   - apart: what is kept outside the data directory; without it nothing is signed, and no list of erasures is kept.
  ///   - beginsAnew: makes a ledger though there was one, as `apart` knows.
  ///   - heartbeat: beats on the thread that writes.
  ///   - onFailure: called once, when the ledger can no longer be written; the process must end.
  ///   - report: what the operator should know of and no caller is told.
  ///   - note: the same, when nothing is wrong.
  /// - Throws: `StoreError`, or what a damaged record says. A clock that is not believed stops nothing: what is to be
  ///   recorded waits for it.
  public init(
    directory: String, book: RuleBook?, actor: Actor, clock: DeskClock, settings: Settings = Settings(),
    apart: Apart? = nil, beginsAnew: Bool = false, coding: RecordCoding = .current, heartbeat: Heartbeat? = nil,
    progress: (Position) -> Void = { _ in },
    onFailure: @escaping @Sendable (String) -> Void, report: @escaping @Sendable (String) -> Void = { _ in },
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    self.clock = clock
    self.coding = coding
    self.apart = apart
    configured = Mutex(book)
    self.actor = actor
    let known: [String]
    do throws(FileError) { known = beginsAnew ? [] : try apart?.known() ?? [] } catch { throw StoreError.file(error) }
    let store = try EventStore(
      directory, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: clock.isDemo,
      now: clock.shown.microseconds, mapBytes: settings.mapBytes,
      known: known)
    store.freed.report(to: report)
    try store.freeLeftovers()
    self.store = store
    clock.set(settings.clock)
    if store.wasImportAbandoned {
      report("an import of a ledger was interrupted; what it had written is taken away, and the ledger is empty again")
    }
    let views = try DeskViews(store.views)
    rules = Rules(store, by: coding)
    let time: LedgerTime
    do {
      try Self.catchUp(store, views, by: coding, progress)
      try Self.requireLastKey(store)
      try rules.load()
      if beginsAnew, try store.acceptedLoss() == nil {
        try store.acceptLoss(AcceptedLoss(witness: .nobody, seen: .start, size: .start))
      }
      try Self.requireWhole(store, apart, rules, report: report)
      try Self.renewKeys(store, report: report)
      // The list comes before the keys, so that nothing is erased here that a backup could bring back.
      do { try apart?.erasures.complete(with: store.erasures()) } catch {
        report("the list of erasures cannot be written, and erasures are refused: \(Self.text(error).en)")
      }
      try Self.forgetErased(store, views)
      time = try LedgerTime.read(store, accepted: rules.office.lastClock, by: coding)
      // An empty ledger has nothing that a wrong time could come after.
      try clock.goOn(from: time.isEmpty ? nil : store.knownClock(), after: time)
      if store.isSettled { try Self.settleBuilding(views.store, by: max(clock.now(after: time), time.recordedAt)) }
    } catch {
      // Else the next start would meet the same page.
      if Self.showsDamagedViews(error) { store.distrustViews() }
      throw CommandWriter.fullMap(error).map { StoreError.mapFull($0, bytes: store.mapBytes) } ?? error
    }
    if !store.isSettled {
      report("the disk takes nothing more: questions are answered, commands are refused until it does")
    }
    if !store.keys.isMasterLocked {
      note("the master key may be written to swap: the system lets this process lock no memory (LimitMEMLOCK)")
    }
    if let fault = store.markFault {
      report(
        "the last durable event that was noted beside the views cannot be read, and the views alone witness it: \(fault)"
      )
    }
    let head = try store.ledger.position()
    signal = CommitSignal(head)
    let writer = CommandWriter(
      store: store, coding: coding, rules: rules, clock: clock, signal: signal, settings: settings, apart: apart,
      time: time, offset: book?.office.utcOffset, heartbeat: heartbeat, onFailure: onFailure, report: report, note: note
    )
    self.writer = writer
    let watch = Heartbeat(every: Self.holdingInterval) { writer.requireHolding() }
    let rest = WriterThread<CommandWriter.Turn>.Rest(left: { writer.lag.left }, act: { writer.apply() })
    thread = WriterThread(name: "writer", capacity: settings.queueMax, heartbeat: heartbeat, watch: watch, rest: rest) {
      writer.process($0, $1)
    }
    do {
      try lookAtClock()
      try recordAcceptedLoss()
      try eraseListedAgain()
      try adoptConfigured()
    } catch {
      // The thread would keep the directory open.
      thread.stop()
      throw error
    }
  }

  /// How often a daemon that has nothing to do looks whether its files are still its own.
  private static var holdingInterval: Duration { .seconds(5) }

  /// The desk's views as they answer now; take them once for a question.
  public var views: DeskViews { get throws(LMDBError) { try DeskViews(store.views) } }
  /// The office's time: what the daemon's clock shows, or should show.
  public var now: Timestamp { writer.now }
  public var book: RuleBook? { rules.current?.book }
  public var isFailed: Bool { writer.isFailed }

  /// What may change while commands go on.
  public func apply(_ settings: Settings) {
    thread.setCapacity(settings.queueMax)
    writer.reserveBytes.store(settings.reserveBytes, ordering: .relaxed)
    clock.set(settings.clock)
    writer.keyBackupDays.store(settings.keyBackupDays, ordering: .relaxed)
    writer.serialStep.store(settings.serialStep, ordering: .relaxed)
    writer.caseEventsMax.store(settings.caseEventsMax, ordering: .relaxed)
  }

  /// Brings the rules of a changed configuration into force, if others are: each command is decided wholly under the
  /// ones or the others. Returns when they are recorded; it waits, so it is not for the pool that answers questions.
  ///
  /// - Throws: `CommandFailure`, when they cannot be recorded now; then nothing has changed.
  public func adopt(_ book: RuleBook) throws -> Adoption {
    try configured.withLock { configured in
      do {
        let isNew = try putInForce(book)
        configured = book
        return isNew ? .adopted : .unchanged
      } catch CommandFailure.busy {
        configured = book
        return .pending
      } catch CommandFailure.clockSuspect {
        configured = book
        owe(book)
        return .waiting
      }
    }
  }

  /// What became of the rules of a changed configuration.
  public enum Adoption: String, Sendable {
    case adopted
    /// They were in force already.
    case unchanged
    /// The import that holds the ledger adopts them at its end.
    case pending
    /// They are recorded as soon as the clock is believed, and are in force from then on.
    case waiting
  }

  /// - Parameter byHolder: whoever called `writer.hold`.
  func adoptConfigured(byHolder: Bool = false) throws {
    try configured.withLock {
      guard let book = $0 else { return }
      do { _ = try putInForce(book, byHolder: byHolder) } catch CommandFailure.clockSuspect {
        owe(book)
      } catch CommandFailure.storageFull where rules.current != nil {
        // Questions are answered under those before; whatever is recorded next comes after these.
        owe(book)
      }
    }
  }

  /// Says in the ledger what was lost of it, as the next event.
  ///
  /// - Parameter byHolder: whoever called `writer.hold`.
  func recordAcceptedLoss(byHolder: Bool = false) throws {
    guard let loss = try Self.pendingLoss(store, rules) else { return }
    // First, so that no crash leaves a key in use that has signed what is lost.
    try apart?.heads.change { $0.retireAll() }
    do {
      try record(.restore(Restored(loss)), by: actor, byHolder: byHolder)
      try apart?.heads.change { $0.floor?.isSaid = true }
      try store.settleAcceptedLoss()
    } catch CommandFailure.clockSuspect {
      owe(loss)
    } catch CommandFailure.storageFull {
      owe(loss)
    }
  }

  /// Whether others were in force. Only for who holds the lock of `configured`.
  private func putInForce(_ book: RuleBook, byHolder: Bool = false) throws -> Bool {
    let isNew = !rules.isDone(.adopt(book))
    if isNew { try record(.adopt(book), by: actor, byHolder: byHolder) }
    // Others may have waited.
    owe(nil)
    return isNew
  }

  /// Takes note of why a question could not be answered. When the views cannot be read, nothing is written any more and
  /// `onFailure` is told, so that the next start builds them anew.
  public func note(_ error: any Error) {
    guard Self.showsDamagedViews(error), !isFailed else { return }
    _ = writer.fail(error)
  }

  /// What is wrong with the ledger comes as `StoreError`.
  static func showsDamagedViews(_ error: any Error) -> Bool {
    switch error {
    case let error as LMDBError: error.code.isDamage
    case ViewsError.storage(let error): error.code.isDamage
    case ViewsError.row: true
    default: false
    }
  }

  /// Finishes what was accepted and closes the views in order; after a failed commit they are left unclean.
  public func stop() throws(StoreError) {
    thread.stop()
    signal.close()
    writer.lag.applied.close()
    if writer.isFailed { return }
    try store.close()
  }

  /// - Throws: `CommandFailure.busy` while an import is putting another ledger in its place.
  public func requireWholeLedger() throws { if writer.isHolding { throw CommandFailure.busy } }

  /// - Throws: `CommandFailure.storageFull` when so many bytes more would eat into the reserve that commands need.
  public func requireSpace(for bytes: Int) throws { try writer.requireSpace(for: bytes) }

  /// What the writer has done since the start.
  public var figures: WriterFigures { writer.figures }
  /// Commands that wait for the writer.
  public var waitingCommands: Int { thread.count }

  /// Records what happens to the office itself, and returns when it is durable. What is recorded already is not again.
  public func record(_ command: OfficeCommand, by actor: Actor) throws {
    try record(command, by: actor, byHolder: false)
  }

  /// - Parameter byHolder: whoever called `writer.hold`.
  private func record(_ command: OfficeCommand, by actor: Actor, byHolder: Bool) throws {
    let outcome = Mutex<Result<Accepted, CommandFailure>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let pending = Self.pending(command, by: actor, byHolder: byHolder) { result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    do { try thread.submit(.command(pending), bytes: 0, isBounded: false) } catch {
      throw CommandFailure.stopping
    }
    done.wait()
    if case .failure(let failure)? = outcome.withLock({ $0 }) { throw failure }
  }

  /// A command of the office as it waits for the writer.
  static func pending(
    _ command: OfficeCommand, by actor: Actor, byHolder: Bool,
    reply: @escaping @Sendable (Result<Accepted, CommandFailure>) -> Void
  ) -> CommandWriter.Pending {
    CommandWriter.Pending(work: .office(command, actor, byHolder: byHolder), reply: reply)
  }

  /// Does something on the writer's thread between two commits, and returns when it is done. Not to be called from the
  /// pool that answers questions: it waits.
  ///
  /// - Parameters:
  ///   - byHolder: whoever called `writer.hold`.
  ///   - needsReserve: whether it is refused when the disk has less left than the reserve; what ends something that was
  ///     begun is not.
  ///   - needsClock: whether it is refused while the clock is not believed, because it records a time; what ends
  ///     something that was begun is not.
  func betweenCommits<R: Sendable>(
    byHolder: Bool = false, needsReserve: Bool = true, needsClock: Bool = true,
    _ body: @escaping @Sendable () throws -> R
  ) throws -> R {
    let outcome = Mutex<Result<R, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let turn = CommandWriter.Turn.between { [writer] in
      let result = Result {
        try writer.guarded(
          byHolder: byHolder, needsReserve: needsReserve, needsClock: needsClock, body)
      }
      outcome.withLock { $0 = result }
      done.signal()
    }
    // Without a bound it is refused only when the thread has stopped.
    do { try thread.submit(turn, bytes: 0, isBounded: false) } catch { throw CommandFailure.stopping }
    done.wait()
    guard let result = outcome.withLock({ $0 }) else { throw CommandFailure.stopping }
    return try result.get()
  }

  private static func renewKeys(_ store: EventStore, report: (String) -> Void) throws(StoreError) {
    try store.renewKeys()
    let toDestroy =
      "backups of the keys that were made until now still tell what erased cases said, and are to be destroyed; "
      + "there is no way back to 0.2.0"
    switch store.keys.change {
    case .none: break
    case .renewed:
      report(
        "the keys are wrapped anew by a new master key, because the digests of commands before 0.3.0 were keyed by the one "
          + "of then; \(toDestroy)")
    case .finished:
      report("a change of the keys that had been interrupted is settled; if they were of 0.2.0, \(toDestroy)")
    }
  }

  /// Keys older than the ledger are refused: the next case would get a new key where the lost one of another case has
  /// been.
  private static func requireLastKey(_ store: EventStore) throws {
    let last = try store.views.environment.read { transaction throws(LMDBError) in
      try store.views.lastStream(transaction)
    }
    try store.keys.require(last)
    store.keys.discard(after: last)
  }

  /// Applies every erasure of the ledger again: a crash may have come between the event and the end of its key, and keys
  /// may have been put back from before it.
  private static func forgetErased(_ store: EventStore, _ views: DeskViews) throws {
    let erasures = try views.store.environment.read { transaction throws(LMDBError) in
      try views.erasures(since: Timestamp.bounds.lowerBound, transaction)
    }
    // The replay that built these views may have read a case while its key was still there. They say so before the keys go:
    // who finds these gone, after a kill, cannot tell any more.
    let here = Set(try store.keys.unforgotten(erasures.map(\.number)))
    if let unscrubbed = erasures.filter({ here.contains($0.number) }).map(\.recordedAt).min() {
      try store.allowViewsWriting()
      try views.store.environment.write { transaction throws(LMDBError) in
        if try views.store.builtAt(transaction) > unscrubbed.microseconds {
          try views.store.setBuilt(at: unscrubbed.microseconds, transaction)
        }
      }
    }
    // All of them, whatever the slots say by now: see `Keys.forget`.
    try store.keys.forget(erasures.map(\.number))
  }

  /// Views that were made under a clock that was ahead would take what is erased later for erased before.
  private static func settleBuilding(_ views: Views, by now: Timestamp) throws {
    let built = try views.environment.read { transaction throws(LMDBError) in try views.builtAt(transaction) }
    guard built > now.microseconds else { return }
    try views.environment.write { transaction throws(LMDBError) in
      try views.setBuilt(at: now.microseconds, transaction)
    }
  }

  /// Brings the views up to the end of the ledger; views that are empty are built anew.
  public static func catchUp(
    _ store: EventStore, _ views: DeskViews, by coding: RecordCoding = .current,
    _ progress: (Position) throws -> Void = { _ in }
  ) throws {
    let keys = store.keys
    try store.catchUp(
      views.store, progress: progress, prepare: { try coding.decode($0, keys: keys) }
    ) { stored, transaction in
      try views.project(stored, from: try views.store.position(transaction).next, transaction)
    }
  }
}
