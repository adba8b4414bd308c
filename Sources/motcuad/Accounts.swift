import Synchronization

/// Account names of uids, each believed for a minute: a number may come to be another person's.
final class Accounts: Sendable {
  private struct Entry {
    var name: String
    var at: ContinuousClock.Instant
  }

  private let entries = Mutex<[UInt32: Entry]>([:])
  private let age = Duration.seconds(60)
  private let entriesMax: Int
  private let find: @Sendable (UInt32) throws -> String
  private let now: @Sendable () -> ContinuousClock.Instant

  /// - Parameters:
  ///   - find: asks the system.
  ///   - now: what ages entries.
  init(
    entriesMax: Int = 1024, find: @escaping @Sendable (UInt32) throws -> String = { try UserDatabase.account(of: $0) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.entriesMax = entriesMax
    self.find = find
    self.now = now
  }

  /// The account's name if it was asked for within the last minute.
  func known(_ uid: UInt32) -> String? {
    let now = now()
    return entries.withLock { entries in entries[uid].flatMap { $0.at + age > now ? $0.name : nil } }
  }

  /// The account's name as the system says now, which may take long.
  ///
  /// - Throws: `UserDatabase.Failure`, when the system cannot say.
  func lookUp(_ uid: UInt32) throws -> String {
    let name = try find(uid)
    let now = now()
    entries.withLock { entries in
      if entries.count >= entriesMax { entries = entries.filter { $0.value.at + age > now } }
      if entries.count < entriesMax || entries[uid] != nil { entries[uid] = Entry(name: name, at: now) }
    }
    return name
  }
}
