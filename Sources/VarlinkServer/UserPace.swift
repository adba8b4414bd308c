import Synchronization

/// How often a user has something: as often as in a second at once, and as time goes by again, one by one. Who wants it more
/// often waits, a second at the most.
final class UserPace: Sendable {
  static let waitMax = Duration.seconds(1)

  private let now: @Sendable () -> ContinuousClock.Instant
  /// Until when the user has made up for what he had.
  private let users = Mutex<[UInt32: ContinuousClock.Instant]>([:])
  /// Past so many, those are forgotten who have made up for all.
  private static let usersMax = 1024

  init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

  /// Takes it for the user.
  ///
  /// - Parameter times: for how many it counts.
  /// - Returns: how long he has to wait, zero mostly; nil when that would be longer than `waitMax`: then nothing is taken.
  func take(of uid: UInt32, perSecond: Int, times: Int = 1) -> Duration? {
    let (now, interval) = (now(), Duration.seconds(1) / max(1, perSecond))
    return users.withLock { users in
      let due = users[uid].map { max($0, now) } ?? now
      let wait = now.duration(to: due) - (.seconds(1) - interval)
      guard wait <= Self.waitMax else { return nil }
      if users.count >= Self.usersMax { users = users.filter { $0.value > now } }
      users[uid] = due + interval * times
      return max(wait, .zero)
    }
  }
}
