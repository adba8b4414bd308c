import EventStore
import Foundation
import Glibc
import LMDB
import Logging
import Testing

@testable import motcuad

@Suite("Dead readers")
struct StaleReadersTests {
  @Test("what a reader of another process held when it died is freed while the daemon runs")
  func freed() async throws {
    let home = NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: home) }
    let store = try EventStore(home, tables: [], schemaVersion: "none", isDemo: false, now: 0)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = store.ledger.path as String] in
      let transaction = try Environment(path: path, tables: []).beginRead()
      kill(getpid(), SIGKILL)
      withExtendedLifetime(transaction) {}
    }
    #expect(store.ledger.readersInUse == 1)
    let service = StaleReadersService(store: store, logger: Logger(label: "test"), interval: .milliseconds(20))
    let running = Task { try await service.run() }
    for _ in 0..<500 where store.ledger.readersInUse > 0 {
      try await Task.sleep(for: .milliseconds(20))
    }
    running.cancel()
    _ = await running.result
    #expect(store.ledger.readersInUse == 0)
  }
}
