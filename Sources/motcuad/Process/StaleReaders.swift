import EventStore
import Logging
import ServiceLifecycle

/// Frees what readers of other processes, `motcuad verify` beside this one for example, held when they died: it would
/// keep every page that is freed from then on from being used again. And takes what they have left on the disk.
struct StaleReadersService: Service {
  let store: EventStore
  let logger: Logger
  var interval = Duration.seconds(60)

  func run() async throws {
    while true {
      do {
        try await cancelWhenGracefulShutdown { [interval] in try await Task.sleep(for: interval) }
      } catch {
        return
      }
      do {
        let count = try await offPool { [store] in
          try store.freeLeftovers()
          return try store.clearStaleReaders()
        }
        if count > 0 { logger.notice("freed what dead readers held", metadata: ["readers": "\(count)"]) }
      } catch {
        logger.warning("looking for dead readers failed; it is tried again", metadata: ["error": "\(error)"])
      }
    }
  }
}
