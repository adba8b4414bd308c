import EventStore
import Logging
import ServiceLifecycle

/// Frees the reader slots of other processes that died, `motcuad verify` beside this one for example: each keeps every
/// page that was freed since from being used again. It also frees the scratch directories that they have left.
struct StaleReadersService: Service {
  let store: EventStore
  let logger: Logger
  var interval = Duration.seconds(60)

  func run() async throws {
    while await rests(for: interval) {
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
