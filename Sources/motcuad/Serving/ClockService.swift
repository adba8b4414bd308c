import DeskService
import EventStore
import Logging
import ServiceLifecycle

/// Looks at the clock while nobody gives commands: what is believed is told, and what has waited for it is recorded.
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
        // The next look does it, or nobody does.
      } catch {
        logger.error("looking at the clock failed; it is tried again", metadata: ["error": "\(error)"])
      }
      let isDoubted = service.clockState.doubt != nil
      // By a clock that was not believed the rules were not in force yet; now it can be told.
      if wasDoubted, !isDoubted, reload.live.current.notYet != nil { try await offPool { [reload] in reload.run() } }
      wasDoubted = isDoubted
    }
  }
}
