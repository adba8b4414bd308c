import DeskService
import EventStore
import Logging
import ServiceLifecycle

/// Looks at the clock every second, also while nobody gives commands: tells the operator when it is doubted or believed
/// again, and has the events recorded that have waited for it.
struct ClockService: Service {
  let service: DeskService
  let reload: Reload
  let logger: Logger

  func run() async throws {
    var wasDoubted = service.clockState.doubt != nil
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
      if Task.isShuttingDownGracefully { return }
      do {
        try await offPool { [service] in try service.lookAtClock() }
      } catch CommandFailure.busy, CommandFailure.stopping, CommandFailure.storageFailed {
        // The next look tries again, unless the daemon is stopping or can no longer write.
      } catch {
        logger.error("looking at the clock failed; it is tried again", metadata: ["error": "\(error)"])
      }
      let isDoubted = service.clockState.doubt != nil
      // Rules that were not in force yet by the doubted clock may be in force by the believed one.
      if wasDoubted, !isDoubted, reload.live.current.notYet != nil { try await offPool { [reload] in reload.run() } }
      wasDoubted = isDoubted
    }
  }
}
