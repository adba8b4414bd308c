import EventStore
import Logging
import ServiceLifecycle

/// Keeps what is known of who is in which group up to date, for those who are connected and do not connect again.
struct Memberships: Sendable {
  let accounts: Accounts
  let roles: @Sendable () -> Roles
  let signal: CommitSignal
  let logger: Logger

  /// Asks the directory, which may take long, and wakes those who wait for events, so that they check whether they
  /// still may.
  func refresh() {
    var failure: UserDatabase.Failure?
    accounts.refresh(roles().directoryGroups) { failure = $0 }
    if let failure {
      logger.warning(
        "the directory of users and groups cannot say who is in which; what was known stays",
        metadata: ["error": "\(failure)"])
    }
    signal.nudge()
  }
}

struct MembershipService: Service {
  let memberships: Memberships
  let live: LiveConfiguration

  func run() async throws {
    while true {
      let seconds = live.current.daemon.directorySeconds
      do {
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(seconds)) }
      } catch {
        return
      }
      try await offPool { [memberships] in memberships.refresh() }
    }
  }
}
