import Synchronization

/// How many commands a user may still record: as many as he may within a minute, and as time goes by more again, one by one.
final class CommandBudget: Sendable {
  private struct Account {
    /// Commands that may be recorded at once.
    var left: Double
    var at: ContinuousClock.Instant
  }

  private let accounts = Mutex<[UInt32: Account]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant
  /// Past so many, those who could record a whole minute's commands are forgotten: that is what they may anyway.
  private static let accountsMax = 1024

  init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

  /// Takes one command of the user's.
  ///
  /// - Parameter limit: how many he may record within a minute.
  /// - Returns: nil, or in how many seconds he may record the next one; then nothing is taken.
  func take(of uid: UInt32, limit: Int) -> Int? {
    let (now, limit) = (now(), Double(limit))
    return accounts.withLock { accounts in
      if accounts[uid] == nil, accounts.count >= Self.accountsMax {
        accounts = accounts.filter { Self.left($0.value, limit, now) < limit }
      }
      let left = accounts[uid].map { Self.left($0, limit, now) } ?? limit
      guard left >= 1 else {
        accounts[uid] = Account(left: left, at: now)
        return max(1, Int(((1 - left) * 60 / limit).rounded(.up)))
      }
      accounts[uid] = Account(left: left - 1, at: now)
      return nil
    }
  }

  /// Gives back what was taken for a command that was not recorded.
  func give(of uid: UInt32, limit: Int) {
    let (now, limit) = (now(), Double(limit))
    accounts.withLock { accounts in
      guard let account = accounts[uid] else { return }
      accounts[uid] = Account(left: min(limit, Self.left(account, limit, now) + 1), at: now)
    }
  }

  private static func left(_ account: Account, _ limit: Double, _ now: ContinuousClock.Instant) -> Double {
    min(limit, account.left + (account.at.duration(to: now) / .seconds(60)) * limit)
  }
}
