import ServiceLifecycle
import VarlinkServer

/// Tells what was kept back of the log soon after it can be told.
struct LogService: Service {
  let opened: OpenedLog
  let log: PacedLog
  var interval = Duration.seconds(15)

  func run() async throws {
    while await rests(for: interval) {
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
