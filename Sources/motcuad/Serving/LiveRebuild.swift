import Desk
import DeskService
import EventSourcing
import EventStore
import Glibc
import Logging
import ServiceLifecycle

/// Rebuilds the views beside the live ones, and tells systemd and the log.
struct LiveRebuild: Sendable {
  let service: DeskService
  let status: StatusLine
  let logger: Logger

  /// The ledger was checked by `LedgerGuard` before.
  ///
  /// - Throws: `RebuildRunning`, what `report` throws, or what stopped it; the old views go on answering then.
  func run(_ report: (Maintenance.Rebuild) throws -> Void = { _ in }) throws {
    defer { Systemd.status(status.text) }
    try service.rebuild { state in
      // A stop does not wait for a replay; what was built is thrown away.
      if service.signal.isClosed { throw CancellationError() }
      Systemd.working(status.live.spoken.pick(StatusLine.rebuilding(state)))
      try report(state)
    }
    logger.info("views rebuilt", metadata: ["views": "\(service.store.views.number)"])
  }
}

/// Scrubs what was erased out of the free pages of the views, for all erasures that wait together.
struct ScrubService: Service {
  let rebuild: LiveRebuild
  let guards: Turns
  let live: LiveConfiguration

  func run() async throws {
    var secondsToWait = 30
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do {
        if try isDue() {
          try await LedgerGuard.check(rebuild.service, for: getuid(), in: guards)
          try await offPool { [rebuild] in try rebuild.run() }
          Allocator.giveBack()
        }
        secondsToWait = 30
      } catch is CancellationError {
        return
      } catch is RebuildRunning {
        // The rebuild that runs scrubs as well, or has ended by the next look.
      } catch {
        rebuild.logger.error("scrubbing failed; it is tried again", metadata: ["error": "\(error)"])
        // The wait grows, so that replays that fail do not become the daemon's main work.
        secondsToWait = min(3600, secondsToWait * 4)
      }
      try? await cancelWhenGracefulShutdown { [secondsToWait] in try await Task.sleep(for: .seconds(secondsToWait)) }
    }
  }

  private func isDue() throws -> Bool {
    guard let since = try rebuild.service.scrubPendingSince() else { return false }
    return rebuild.service.now.microseconds - since.microseconds >= Int64(live.current.daemon.scrubHours)
      * 3_600_000_000
  }
}
