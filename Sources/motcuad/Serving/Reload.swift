import Desk
import DeskService
import EventStore
import Logging
import MerkleTree
import ServiceLifecycle
import Synchronization
import UnixSignals
import VarlinkServer

/// Puts in force what the files of the configuration say now: all of it, or nothing.
struct Reload: Sendable {
  let live: LiveConfiguration
  let service: DeskService
  let memberships: Memberships
  let server: VarlinkServer
  /// The key that signs until the next start.
  let signingKey: NoteSigningKey?
  /// What the daemon was started with.
  let started: DaemonSettings
  let status: StatusLine
  let logger: Logger

  func run() {
    Systemd.reloading {
      replace()
      return status.text
    }
  }

  private func replace() {
    do {
      let fresh = try Configuration(live.directory)
      if let notYet = fresh.notYet { throw notYet }
      // The next start would refuse such a place, perhaps in the middle of the day, so the reload refuses it now.
      try fresh.daemon.requireApart(
        from: service.store.directory, SettingsFile(live.directory, "motcuad.toml"))
      let before = live.current.book.office
      let rules = try service.adopt(fresh.book)
      let left = apply(fresh)
      memberships.refresh()
      var metadata: Logger.Metadata = ["rules": "\(rules.rawValue)"]
      // Every new case bears these from now on; the operator must read it here and not find it there.
      let office = fresh.book.office
      if office.codePrefix != before.codePrefix { metadata["code_prefix"] = "\(office.codePrefix)" }
      if office.utcOffset != before.utcOffset { metadata["utc_offset"] = "\(office.utcOffset.text)" }
      if !left.isEmpty { metadata["restart_needed_for"] = "\(left.joined(separator: ","))" }
      logger.notice("the configuration is reloaded", metadata: metadata)
    } catch {
      let reason = Self.reason(error)
      live.refuse(reason)
      logger.error(
        "the configuration is refused, and the one before stays in force",
        metadata: ["error": "\(live.spoken.pick(reason))"])
    }
  }

  private static func reason(_ error: any Error) -> Text {
    switch error {
    case let error as SettingsError: Text(vi: error.text(.vi), en: error.text(.en))
    default: Text(vi: "không ghi được quy định vào sổ: \(error)", en: "the rules cannot be recorded: \(error)")
    }
  }

  /// Puts everything in force that is not rules. What is read from `live` when it is needed changes with the first
  /// line.
  ///
  /// - Returns: the settings that have changed and that only a start takes up.
  private func apply(_ fresh: Configuration) -> [String] {
    live.replace(with: fresh)
    OfficeTime.offset.withLock { $0 = fresh.book.office.utcOffset }
    JournalLog.level.withLock { $0 = fresh.daemon.logLevel }
    service.apply(fresh.daemon.service)
    server.replaceLimits(fresh.daemon.limits)
    Descriptors.makeRoom(for: fresh.daemon.limits.connections, logger)
    for warning in fresh.roles.unknown { logger.warning("\(warning.text(live.spoken))") }
    var left = isSigningKey(fresh.daemon.signingKey) ? [] : ["signing_key"]
    if fresh.daemon.service.mapBytes != service.store.mapBytes { left.append("map_mib_max") }
    if fresh.daemon.limits.backlog != started.limits.backlog { left.append("backlog") }
    if fresh.daemon.signedHeads != started.signedHeads { left.append("signed_heads") }
    if fresh.daemon.erasures != started.erasures { left.append("erasures") }
    return left
  }

  /// Whether a start would take up the key that signs now: its file may have changed though its name has not.
  private func isSigningKey(_ setting: String?) -> Bool {
    do throws(SigningKeyError) {
      return try SigningKeyFile.load(setting: setting, data: service.store.directory)?.verifierKey
        == signingKey?.verifierKey
    } catch {
      logger.warning("\(error.text(live.spoken))")
      return false
    }
  }
}

/// Reloads at each SIGHUP; several that come at once may be one.
struct ReloadService: Service {
  let signals: UnixSignalsSequence
  let reload: Reload

  func run() async throws {
    for await _ in signals.cancelOnGracefulShutdown() {
      try await offPool { [reload] in reload.run() }
    }
  }
}
