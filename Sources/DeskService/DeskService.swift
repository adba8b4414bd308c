public import Desk
import DeskRecords
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

    public init() {}
  }

  public let store: EventStore
  public let views: DeskViews
  public let clock: DeskClock
  /// Says how far the ledger is committed.
  public let signal: CommitSignal
  let rules: Rules
  private let writer: CommandWriter
  private let thread: WriterThread<CommandWriter.Pending>

  /// Opens the data directory, brings the views up to the ledger, and adopts the rules if they are not the ones in
  /// force.
  ///
  /// - Parameters:
  ///   - onFailure: called once, when the ledger can no longer be written; the process must end.
  ///   - report: what the operator should know of and no caller is told.
  /// - Throws: `StoreError`, or what a damaged record says.
  public init(
    directory: String, book: RuleBook, actor: Actor, clock: DeskClock, settings: Settings = Settings(),
    progress: (Position) -> Void = { _ in }, onFailure: @escaping @Sendable (String) -> Void,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    self.clock = clock
    let store = try EventStore(
      directory, tables: DeskViews.tables, form: DeskViews.form, isDemo: clock.isDemo,
      now: clock.now.microseconds)
    self.store = store
    let views = try DeskViews(store.views)
    self.views = views
    try Self.catchUp(store, views, progress)
    try Self.requireLastKey(store)
    rules = Rules()
    let head = try store.ledger.position()
    let positions = try store.views.environment.read { transaction throws(LMDBError) in
      try store.views.positions(of: 0, transaction)
    }
    for position in positions {
      if let record = try store.ledger.record(at: position),
        case .office(.rulesAdopted(let book), _) = try store.decode(record).body
      {
        rules.adopt(book, at: position)
      }
    }
    let last = try store.ledger.record(at: head).map { try store.decode($0).circumstances.recordedAt }
    signal = CommitSignal(head)
    let writer = CommandWriter(
      store: store, views: views, rules: rules, clock: clock, signal: signal, reserveBytes: settings.reserveBytes,
      lastRecordedAt: last ?? Timestamp.bounds.lowerBound, onFailure: onFailure, report: report)
    self.writer = writer
    thread = WriterThread(name: "writer", capacity: settings.queueMax) { writer.process($0) }
    if rules.current?.book != book {
      do {
        try adopt(book, actor)
      } catch {
        // The thread would keep the directory open.
        thread.stop()
        throw error
      }
    }
  }

  /// The daemon's time.
  public var now: Timestamp { writer.now }
  public var book: RuleBook? { rules.current?.book }
  public var isFailed: Bool { writer.isFailed }

  /// Records a command, or says why not. Returns when it is durable.
  public func record(_ request: CommandRequest) async -> Result<Accepted, CommandFailure> {
    await withCheckedContinuation { continuation in
      let digest = store.keys.digest(request.canonicalText)
      let pending = CommandWriter.Pending(work: .command(request), digest: digest) {
        continuation.resume(returning: $0)
      }
      do throws(WriterThread<CommandWriter.Pending>.Refusal) {
        try thread.submit(pending, bytes: request.canonicalText.count)
      } catch {
        switch error {
        case .full: continuation.resume(returning: .failure(.busy))
        case .stopped: continuation.resume(returning: .failure(.stopping))
        }
      }
    }
  }

  /// Finishes what was accepted and closes the views in order; after a failed commit they are left unclean.
  public func stop() throws(StoreError) {
    thread.stop()
    signal.close()
    if !writer.isFailed { try store.close() }
  }

  public struct Figures: Sendable {
    public var commands: Int
    public var commits: Int
    public var waiting: Int
  }

  public var figures: Figures {
    let counters = writer.counters
    return Figures(commands: counters.commands, commits: counters.commits, waiting: thread.count)
  }

  private func adopt(_ book: RuleBook, _ actor: Actor) throws {
    let text = Array(try CanonicalText.encode(book).utf8)
    let id = CommandID.make(milliseconds: clock.now.microseconds / 1000)
    let outcome = Mutex<Result<Accepted, CommandFailure>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let work = CommandWriter.Work.adopt(book, actor, id: id)
    let pending = CommandWriter.Pending(work: work, digest: store.keys.digest(text)) { result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    try thread.submit(pending, bytes: text.count)
    done.wait()
    if case .failure(let failure)? = outcome.withLock({ $0 }) { throw failure }
  }

  /// Keys older than the ledger are refused: the next case would get a new key where the lost one of another case has
  /// been.
  private static func requireLastKey(_ store: EventStore) throws {
    let last = try store.views.environment.read { transaction throws(LMDBError) in
      try store.views.lastStream(transaction)
    }
    try store.keys.require(last)
    store.keys.forget(after: last)
  }

  /// Brings the views up to the end of the ledger; views that are empty are built anew.
  public static func catchUp(
    _ store: EventStore, _ views: DeskViews, _ progress: (Position) -> Void = { _ in }
  ) throws {
    try store.catchUp(progress: progress) { record, position, transaction in
      let stored = try store.decode(record)
      if case .desk(let event) = stored.body {
        let state = try views.state(of: stored.stream, transaction)
        try views.apply(event, to: stored.stream, from: state, transaction)
      }
      return stored.recordKey
    }
  }
}
