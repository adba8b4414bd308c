import Desk
import DeskInterface
import DeskRecords
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import Logging
import MerkleTree
import ServiceLifecycle
import Synchronization
import UnixSignals
import Varlink
import VarlinkServer

/// Puts the parts together and runs them: nothing is decided here.
struct Daemon {
  let live: LiveConfiguration
  let hangups: UnixSignalsSequence
  let data: String
  let socket: String
  /// Where a demo's clock starts; nil for a real office.
  let demoFrom: Timestamp?
  /// Whether to go on with a ledger that is gone, or is not the one that the views saw or a key signed.
  let acceptsLedger: Bool

  func run() async throws {
    let logger = Logger(label: "motcuad")
    OfficeTime.offset.withLock { $0 = live.current.book.office.utcOffset }
    for warning in live.current.roles.unknown { logger.warning("\(warning.text(live.spoken))") }
    let clock = demoFrom.map { DeskClock(demoFrom: $0) } ?? DeskClock()
    let stop = StopSwitch()
    CrashMark.arm(state: data + "/STATE")
    Descriptors.makeRoom(for: live.current.daemon.limits.connections, logger)
    let signingKey: NoteSigningKey?
    do throws(SigningKeyError) {
      signingKey = try SigningKeyFile.load(setting: live.current.daemon.signingKey, data: data)
    } catch {
      complain(error.text(live.spoken))
      throw Exit.config
    }
    try requireRulesInForce(whileDoubtful: access(data + "/ledger/data.mdb", F_OK) == 0)
    let service = try open(clock, logger) { reason in
      logger.critical(
        "the ledger can no longer be written; restart settles what was under way", metadata: ["error": "\(reason)"])
      stop.flip()
    }
    do {
      try requireRulesInForce(whileDoubtful: service.clockState.doubt != nil)
    } catch {
      try service.stop()
      throw error
    }
    let started = live.current.daemon
    do { try service.settleSignedHeads(for: signingKey?.verifierKey) } catch {
      logger.error("what was signed cannot be recorded, and nothing is signed", metadata: ["error": "\(error)"])
    }
    let status = StatusLine(service: service, live: live)
    let (rebuild, heavy) = (LiveRebuild(service: service, status: status, logger: logger), HeavyWork())
    let memberships = Memberships(
      accounts: Accounts(), roles: { [live] in live.current.roles }, signal: service.signal, logger: logger)
    let logs = LogService(opened: OpenedLog(logger), log: PacedLog(logger))
    let server: VarlinkServer
    do {
      server = try makeServer(service, signingKey, rebuild, heavy, memberships.accounts, logs, logger)
    } catch {
      complain("\(error)")
      throw Exit.config
    }
    stop.arm { server.shutdown() }
    let listening = ServerService(server: server, listening: listeningSocket(), status: status, logger: logger)
    let reload = Reload(
      live: live, service: service, memberships: memberships, server: server, signingKey: signingKey,
      started: started, status: status,
      logger: logger)
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(service: listening, successTerminationBehavior: .gracefullyShutdownGroup),
          .init(
            service: ReloadService(signals: hangups, reload: reload), successTerminationBehavior: .ignore),
          .init(
            service: ClockService(service: service, reload: reload, logger: logger), successTerminationBehavior: .ignore
          ),
          .init(
            service: ScrubService(rebuild: rebuild, guards: heavy.guards, live: live),
            successTerminationBehavior: .ignore),
          .init(service: StatusService(line: status), successTerminationBehavior: .ignore),
          .init(service: MembershipService(memberships: memberships, live: live), successTerminationBehavior: .ignore),
          .init(service: logs, successTerminationBehavior: .ignore),
          .init(
            service: StaleReadersService(store: service.store, logger: logger), successTerminationBehavior: .ignore),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    var failure: (any Error)?
    do { try await group.run() } catch { failure = error }
    logs.settleAll()
    Systemd.stopping(live.spoken.pick(StatusLine.stopping))
    // The views are flushed whole only now, which on a slow disk takes longer than a stop usually may.
    Systemd.working(live.spoken.pick(StatusLine.closing), secondsMax: 300)
    do { try service.stop() } catch {
      logger.error("closing the views failed; they will be rebuilt", metadata: ["error": "\(error)"])
    }
    // Whatever else went wrong then, it is the disk that the operator must hear of.
    if service.isFailed { throw Exit.storage }
    if let failure = failure as? ListenError {
      complain(live.spoken.pick(StartFailure.text(failure)))
      throw Exit.code(failure)
    }
    if let failure { throw failure }
    logger.info("stopped", metadata: ["position": "\(service.signal.position.rawValue)"])
  }

  /// Refuses rules that are not in force yet. By a doubted clock nobody can tell, so then those of the ledger go on.
  private func requireRulesInForce(whileDoubtful isDoubtful: Bool) throws {
    guard !isDoubtful, let notYet = live.current.notYet else { return }
    complain(notYet.text(live.spoken))
    throw Exit.config
  }

  private func open(
    _ clock: DeskClock, _ logger: Logger, onFailure: @escaping @Sendable (String) -> Void
  ) throws -> DeskService {
    var beginsAnew = false
    func open() throws -> DeskService {
      // A missing directory is made here; for root only where nobody else can slip another in.
      let data = try DataDirectory.enter(data, makes: true)
      let actor = Actor(uid: getuid(), account: try UserDatabase.account(of: getuid()), role: .operatorRole)
      return try DeskService(
        directory: data, book: live.current.notYet == nil ? live.current.book : nil, actor: actor, clock: clock,
        settings: live.current.daemon.service,
        apart: live.current.daemon.apart(data: DataDirectory.named(data), isDemo: demoFrom != nil),
        beginsAnew: beginsAnew, heartbeat: Systemd.watchdog(),
        progress: { Systemd.working(live.spoken.pick(StatusLine.rebuilding(at: $0))) },
        onFailure: onFailure, report: { logger.error("\($0)") }, note: { logger.notice("\($0)") })
    }
    func readBeforeReplay() throws {
      try LedgerGuard.checkBeforeReplay(data, schemaVersion: DeskViews.schemaVersion) {
        Systemd.working(live.spoken.pick(StatusLine.reading(at: $0)))
      }
    }
    do {
      // There may be three losses, each of which shows only after the one before was accepted: of the ledger itself, of
      // its events, of what was signed.
      for _ in 0..<3 {
        try readBeforeReplay()
        do {
          return try open()
        } catch let error as StoreError where acceptsLedger {
          if case .ledgerLost = error, access(data + "/ledger/data.mdb", F_OK) != 0 {
            beginsAnew = true
          } else {
            try EventStore.accept(data, refused: error)
          }
          logger.warning("the ledger is accepted as it is", metadata: ["lost": "\(error)"])
        }
      }
      return try open()
    } catch let damage as Damage {
      let text = Text(
        vi: "sổ hỏng, không phục vụ được: \(damage.sentence.vi); xem những gì còn đọc được bằng motcuad salvage, "
          + "rồi đặt lại bản sao lưu bằng motcuad restore",
        en: "the ledger is damaged and cannot be served: \(damage.sentence.en); see what can be read with "
          + "motcuad salvage, then put back a backup with motcuad restore")
      complain(live.spoken.pick(text))
      throw Exit.damage
    } catch {
      complain(live.spoken.pick(StartFailure.text(error)))
      if let error = error as? UnsafePath { throw Exit.code(error) }
      if error is RecordError { throw Exit.damage }
      // No restart mends a damaged record of what was signed.
      if case SignedHeadsError.damaged = error { throw Exit.damage }
      switch error as? StoreError {
      case .inUse: throw Exit.inUse
      case .mapFull: throw Exit.config
      case .notOurs: throw Exit.storage
      case let error? where error.isDamagedPage: throw Exit.damage
      case .file, .storage, nil: throw Exit.storage
      default: throw Exit.damage
      }
    }
  }

  private func makeServer(
    _ service: DeskService, _ signingKey: NoteSigningKey?, _ rebuild: LiveRebuild, _ heavy: HeavyWork,
    _ accounts: Accounts, _ logs: LogService, _ logger: Logger
  ) throws -> VarlinkServer {
    let uploads = Uploads { [live] in
      live.current.daemon.uploadBytesMax
    } makeSpool: {
      try SpoolFile(in: service.store.directory + "/spool", into: service.store.freed)
    } requireSpace: {
      try service.requireSpace(for: $0)
    }
    let (calls, connections, backups) = (CallFigures(), ConnectionCount(), LastBackup())
    let copies = LedgerCopies()
    let routes =
      DeskRoutes(service: service, commandsPerMinute: { [live] in live.commandsPerMinuteMax }).routes
      + ViewsRoutes(service: service, heavy: heavy).routes
      + ProofRoutes(service: service, signingKey: signingKey, heavy: heavy).routes
      + AdminRoutes(
        service: service, uploads: uploads, rebuild: rebuild, guards: heavy.guards
      ).routes
      + FileRoutes(service: service, backups: backups).routes + ClockRoutes(service: service).routes
      + LedgerRoutes(service: service, copies: copies, signingKey: signingKey, heavy: heavy).routes
      + StatusRoutes(
        service: service, calls: calls, connections: connections, backups: backups,
        archive: ArchiveWatch(
          service: service, copies: copies,
          minutesMax: { [live, environment = ProcessInfo.processInfo.environment] in
            live.current.daemon.archiveMinutesMax(in: environment)
          }),
        signingKey: signingKey, heavy: heavy
      ).routes
    return VarlinkServer(
      info: ServiceInfo(
        vendor: "motcua", product: "motcuad", version: Release.version, url: ""),
      interfaces: try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) },
      errors: ErrorNames(
        protocolViolation: Wire.ProtocolViolation.error, tooManyConnections: Wire.TooManyConnections.error,
        tooManyStreams: Wire.TooManyStreams.error),
      service: RouteTable(
        routes, accounts: accounts, roles: { [live] in live.current.roles }, calls: calls, opened: logs.opened,
        log: logs.log, isCaughtUp: { service.isCaughtUp },
        caughtUp: { try await service.caughtUp() }
      ) {
        service.note($0)
      },
      limits: live.current.daemon.limits, count: connections, logger: logger)
  }

  private func listeningSocket() -> ListeningSocket {
    let inherited = ListeningSocket.inheritedFromSystemd(ProcessInfo.processInfo.environment)
    return (inherited["varlink"] ?? inherited.values.first).map { .inherited($0) } ?? .path(socket)
  }
}

/// The server as a service of the group: ready when it accepts, ended by a shutdown.
private struct ServerService: Service {
  let server: VarlinkServer
  let listening: ListeningSocket
  let status: StatusLine
  let logger: Logger

  func run() async throws {
    let service = status.service
    try await withGracefulShutdownHandler {
      try await server.run(listening: listening) {
        logger.info(
          "ready", metadata: ["position": "\(service.signal.position.rawValue)", "data": "\(service.store.directory)"])
        Systemd.ready(status.text)
      }
    } onGracefulShutdown: {
      Systemd.stopping(status.live.spoken.pick(StatusLine.stopping))
      // Watchers would otherwise hold the stop up for as long as nothing happens.
      service.signal.close()
      server.shutdown()
    }
  }
}

/// Stops the server when the ledger fails, even if that is before there is a server.
private final class StopSwitch: Sendable {
  private let state = Mutex<(isFlipped: Bool, action: (@Sendable () -> Void)?)>((false, nil))

  func flip() {
    let action = state.withLock { state in
      state.isFlipped = true
      return state.action
    }
    action?()
  }

  func arm(_ action: @escaping @Sendable () -> Void) {
    let isFlipped = state.withLock { state in
      state.action = action
      return state.isFlipped
    }
    if isFlipped { action() }
  }
}
