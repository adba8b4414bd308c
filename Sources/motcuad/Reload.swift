import Desk
import DeskService
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals
import VarlinkServer

/// Puts in force what the files of the configuration say now: all of it, or nothing.
struct Reload: Sendable {
  let live: LiveConfiguration
  let service: DeskService
  let server: VarlinkServer
  let status: StatusLine
  let logger: Logger

  func run() {
    Systemd.reloading {
      replace()
      return status.text
    }
  }

  private func replace() {
    do throws(SettingsError) {
      let fresh = try Configuration(live.directory)
      do {
        let isAdopted = try service.adopt(fresh.book)
        let left = apply(fresh)
        var metadata: Logger.Metadata = ["rules": isAdopted ? "adopted" : "unchanged"]
        if !left.isEmpty { metadata["restart_needed_for"] = "\(left.joined(separator: ","))" }
        logger.notice("the configuration is reloaded", metadata: metadata)
      } catch {
        // Nothing is written any more, so the daemon is ending.
        logger.error("the configuration cannot be put in force", metadata: ["error": "\(error)"])
      }
    } catch {
      live.refuse(error)
      logger.error(
        "the configuration is refused, and the one before stays in force",
        metadata: ["error": "\(error.text(live.spoken))"])
    }
  }

  /// Everything that is not rules. What is asked of `live` when it is needed changes with it.
  ///
  /// - Returns: the settings that have changed and that only a start takes up.
  private func apply(_ fresh: Configuration) -> [String] {
    let before = live.current
    live.replace(with: fresh)
    OfficeTime.offset.withLock { $0 = fresh.book.office.utcOffset }
    JournalLog.level.withLock { $0 = fresh.daemon.logLevel }
    service.apply(fresh.daemon.service)
    server.replaceLimits(fresh.daemon.limits)
    Descriptors.makeRoom(for: fresh.daemon.limits.connections, logger)
    for warning in fresh.roles.unknown { logger.warning("\(warning.text(.en))") }
    return before.daemon.signingKey == fresh.daemon.signingKey ? [] : ["signing_key"]
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
