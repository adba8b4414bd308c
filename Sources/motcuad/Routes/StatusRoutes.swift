import Desk
import DeskInterface
import DeskService
import DeskViews
import DeskWire
import EventSourcing
import EventStore
import Glibc
import MerkleTree
import Metrics
import Synchronization
import VarlinkServer

/// How the daemon is doing: for people (`GetStatus`), and for a monitor (`GetMetrics`).
struct StatusRoutes: Sendable {
  let service: DeskService
  let calls: CallFigures
  let connections: ConnectionCount
  let backups: LastBackup
  let archive: ArchiveWatch
  let signingKey: NoteSigningKey?
  let questions: Turns
  /// The answers about the past that are under way, and those that wait.
  let past: Turns
  /// By the daemon's clock, which a demo may set.
  let startedAt: Timestamp
  /// By a clock that nobody sets.
  private let start = ContinuousClock.now
  private let startedAtSeconds = time(nil)

  init(
    service: DeskService, calls: CallFigures, connections: ConnectionCount, backups: LastBackup,
    archive: ArchiveWatch, signingKey: NoteSigningKey?, heavy: HeavyWork
  ) {
    self.service = service
    self.calls = calls
    self.connections = connections
    self.backups = backups
    self.archive = archive
    self.signingKey = signingKey
    (questions, past) = (heavy.questions, heavy.past)
    startedAt = service.now
  }

  var routes: [Route] {
    [
      Route.one(Wire.GetStatus.self, .reader, at: .connection) { _, caller in
        let views = try await self.views()
        return try await Executor.turn(questions).run(for: caller) { .init(status: try status(caller, views)) }
      }.withoutViews,
      Route.one(Wire.GetMetrics.self, .reader, at: .connection) { _, caller in
        let views = try await self.views()
        return try await Executor.turn(questions).run(for: caller) { .init(text: try metrics(views)) }
      }.withoutViews,
    ]
  }

  /// How the views were when somebody asked.
  private struct ViewsThen {
    /// How many events they lacked.
    var lag: UInt64
    /// Whether they lack some of those still: then nothing is told by them.
    var areLate: Bool
  }

  /// Waits for the views, like before every answer; but not for long, because a disk that hangs is what is asked for then.
  private func views() async throws -> ViewsThen {
    let lag = service.viewsLag
    return ViewsThen(lag: lag, areLate: try await !service.caughtUp(within: .seconds(1)))
  }

  private func oldestOpen(_ views: ViewsThen) throws -> CaseRow? { views.areLate ? nil : try service.oldestOpen() }

  private func status(_ caller: Caller, _ views: ViewsThen) throws -> Wire.DaemonStatus {
    let keyBackups = try service.keyBackupsBeforeErasure()
    let archived = archive.lag()
    let figures = service.figures
    let batches = figures.batches.snapshot
    let position = Int(try service.store.ledger.position().rawValue)
    let viewsPosition = Int(try service.viewsPosition().rawValue)
    return Wire.DaemonStatus(
      version: Release.version, office: service.book?.office.name.wire ?? Wire.Text(vi: "", en: ""),
      now: service.now.wire, startedAt: startedAt.wire, pid: Int(getpid()),
      dataDirectory: DataDirectory.named(service.store.directory),
      demo: service.store.ledger.isDemo, position: position, viewsPosition: viewsPosition,
      viewsNumber: service.store.views.number, cases: try service.recordedCaseCount(),
      root: try service.store.ledger.rootText(),
      commands: batches.sum, commits: figures.commits.snapshot.count, waitingCommands: service.waitingCommands,
      ledgerBytes: service.store.ledger.bytesOnDisk, viewsBytes: service.store.views.bytesOnDisk,
      freeBytes: try service.store.freeBytes(), residentBytes: ProcessFigures.anonymousBytes,
      rebuild: service.rebuilding.map { Wire.RebuildProgress($0) },
      scrubPending: try service.tracesPendingSince()?.wire,
      uptimeSeconds: Int(start.duration(to: .now).components.seconds),
      viewsLag: Int(clamping: views.lag), commitsPerSecond: figures.commitRate.perSecond(),
      connections: connections.current, ledgerReaders: service.store.ledger.readersInUse,
      viewsReaders: service.store.views.readersInUse,
      oldestOpen: try oldestOpen(views).flatMap { Wire.OldestOpen($0) },
      signingKey: signingKey?.name, lastCheckpoint: try checkpointSize(), lastBackup: backups.at?.wire,
      keyBackupsBeforeErasure: keyBackups,
      role: caller.actor.role?.wire, clock: Wire.Clock(service.clockState),
      keyBackupsUnknown: try keyBackups == nil && service.isAnythingErased() ? true : nil,
      pastAnswers: past.taken, pastWaiting: past.waiting,
      archive: archived.copy.map {
        Wire.ArchiveCopy(
          size: Int(clamping: $0.size), toldAt: $0.toldAt.wire, missingSince: archived.missingSince?.wire)
      },
      archiveLate: archived.isLate ? true : nil, viewsLate: views.areLate ? true : nil,
      markRefused: service.isMarkRefused ? true : nil)
  }

  /// How many events the newest checkpoint covers.
  private func checkpointSize() throws -> Int? {
    try service.newestCheckpoint().map { Int(clamping: $0.checkpoint.size) }
  }

  private func metrics(_ views: ViewsThen) throws -> String {
    let figures = service.figures
    let store = service.store
    let position = Double(try store.ledger.position().rawValue)
    var text = MetricsText()
    text.gauge("motcua_build_info", "Always 1; the release is in its label.", 1, ["version": Release.version])
    for (interface, name, help) in [
      (
        "vn.motcua.Desk", "motcua_command_duration_seconds",
        "From a command's arrival to its answer, which is durable if it was accepted."
      ),
      ("vn.motcua.Views", "motcua_query_duration_seconds", "From a question's arrival to its last reply."),
      ("vn.motcua.Admin", "motcua_operation_duration_seconds", "From an operator's call to its last reply."),
      ("vn.motcua.Ledger", "motcua_relay_duration_seconds", "From a relay's call to its last reply."),
    ] {
      text.histograms(
        name, help, scale: 1e9, calls.all(of: interface).map { (["method": $0.method], $0.durations) })
    }
    text.counters(
      "motcua_errors_total", "Calls that ended with an error; without a method, what was no call of one.",
      ["method", "error"], calls.errors)
    text.histograms(
      "motcua_commit_duration_seconds", "A commit of the ledger, until it is durable.", scale: 1e9,
      [([:], figures.commits)])
    text.histograms(
      "motcua_batch_commands", "Commands that were decided and committed together.", scale: 1, [([:], figures.batches)])
    text.gauge("motcua_waiting_commands", "Commands that wait for the writer.", Double(service.waitingCommands))
    text.gauge("motcua_ledger_events", "Events in the ledger.", position)
    text.gauge(
      "motcua_views_lag_events", "Events that the views lacked when this was asked.", Double(views.lag))
    text.gauge(
      "motcua_views_late", "1 while the views lack some of those after a second: the disk is slow, or hangs.",
      views.areLate ? 1 : 0)
    text.gauge(
      "motcua_mark_refused",
      "1 while the disk refuses the mark of what is durable, so that answers wait for the views.",
      service.isMarkRefused ? 1 : 0)
    text.gauge("motcua_cases", "Cases, ended ones included.", Double(try service.recordedCaseCount()))
    text.gauge("motcua_ledger_bytes", "What the ledger takes on the disk.", Double(store.ledger.bytesOnDisk))
    text.gauge("motcua_views_bytes", "What the views take on the disk.", Double(store.views.bytesOnDisk))
    text.gauge("motcua_disk_free_bytes", "What is left where the ledger lies.", Double(try store.freeBytes()))
    text.gauge(
      "motcua_ledger_readers", "Read transactions that are open on the ledger.", Double(store.ledger.readersInUse))
    text.gauge(
      "motcua_views_readers", "Read transactions that are open on the views.", Double(store.views.readersInUse))
    text.gauge("motcua_connections", "Connections that are open.", Double(connections.current))
    text.gauge(
      "motcua_past_answers", "Answers about the past that are being made, two at a time.", Double(past.taken))
    text.gauge("motcua_past_waiting", "Questions about the past that wait for others.", Double(past.waiting))
    text.gauge(
      "motcua_rebuilding", "1 while views are being built beside those that answer.", service.rebuilding == nil ? 0 : 1)
    text.gauge(
      "motcua_clock_doubted", "1 while the machine's clock is not believed and commands are refused.",
      service.clockState.doubt == nil ? 0 : 1)
    if let oldest = try oldestOpen(views)?.state.due {
      text.gauge(
        "motcua_oldest_open_due_timestamp_seconds", "The earliest appointment of a case that is open.",
        Double(oldest.microseconds) / 1e6)
    }
    if let backup = backups.at {
      text.gauge(
        "motcua_last_backup_timestamp_seconds", "When the last backup since the start was handed over whole.",
        Double(backup.microseconds) / 1e6)
    }
    let archived = archive.lag()
    if let copy = archived.copy {
      text.gauge("motcua_archive_events", "Events that the newest copy has, as a relay said.", Double(copy.size))
      if !archived.isUnreadable {
        text.gauge(
          "motcua_archive_lag_seconds", "How old the oldest event is that the newest copy lacks; 0 when it lacks none.",
          archived.missingSince.map { Double(max(0, service.now.microseconds - $0.microseconds)) / 1e6 } ?? 0)
      }
    }
    text.gauge(
      "motcua_archive_late", "1 while the newest copy lags for longer than it may, or there is none that should be.",
      archived.isLate ? 1 : 0)
    if let size = try checkpointSize() {
      text.gauge("motcua_checkpoint_events", "Events that the newest signed checkpoint covers.", Double(size))
    }
    text.counter("motcua_process_cpu_seconds_total", "Processor time of all threads.", ProcessFigures.processorSeconds)
    text.gauge(
      "motcua_process_resident_memory_bytes", "What lies in memory, mapped files included.",
      Double(ProcessFigures.residentBytes))
    text.gauge(
      "motcua_process_anonymous_memory_bytes", "What lies in memory, mapped files left out.",
      Double(ProcessFigures.anonymousBytes))
    text.gauge("motcua_process_open_fds", "Open descriptors.", Double(ProcessFigures.openDescriptors))
    text.gauge(
      "motcua_process_max_fds", "The most descriptors that may be open.", Double(ProcessFigures.descriptorsMax))
    text.gauge("motcua_process_start_time_seconds", "When the daemon started.", Double(startedAtSeconds))
    return text.text
  }
}

/// When a backup of the ledger was last handed over whole, since the start.
final class LastBackup: Sendable {
  private let made = Mutex<Timestamp?>(nil)

  var at: Timestamp? { made.withLock { $0 } }

  func set(_ now: Timestamp) { made.withLock { $0 = now } }
}

extension Wire.OldestOpen {
  fileprivate init?(_ row: CaseRow) {
    guard let reception = row.state.reception, let due = row.state.due else { return nil }
    self.init(code: reception.facts.code, receivedAt: reception.at.wire, due: due.wire)
  }
}
