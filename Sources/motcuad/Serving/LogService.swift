import ServiceLifecycle
import VarlinkServer

/// Tells what was kept back of the log soon after it can be told.
struct LogService: Service {
  let opened: OpenedLog
  let log: PacedLog
  var interval = Duration.seconds(15)

  func run() async throws {
    while true {
      do {
        try await cancelWhenGracefulShutdown { [interval] in try await Task.sleep(for: interval) }
      } catch {
        return
      }
      opened.settle()
      log.settle()
    }
  }

  /// Nothing follows any more.
  func settleAll() {
    opened.settle(all: true)
    log.settle(all: true)
  }
}
