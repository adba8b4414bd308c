import Synchronization
import VarlinkServer

/// What the directory of users and groups says of those who call.
///
/// The kernel keeps for a session the groups that it began with, and knows people by numbers alone. Only the directory
/// knows who was taken out of a group since, and whose number another bears now. It is asked when somebody connects,
/// when the configuration is loaded, and every `directory_seconds`; while it does not answer, what it said last stays.
final class Accounts: Sendable {
  /// What is known of a caller.
  struct Standing: Sendable {
    /// The name that his number bears; `uid 12` when it bears none, or none is known yet.
    var account: String
    /// The groups that give a role in which the directory has him.
    var groups: Set<RoleGroup> = []
    /// Whether the directory has never answered something that his role hangs on.
    var isIncomplete = false
    /// Whether his number bears another name than when he connected: then he is not the account that bears it now.
    var isAnother = false
  }

  /// Asks the system; each may throw `UserDatabase.Failure` and take long.
  struct Directory: Sendable {
    var user: @Sendable (UInt32) throws(UserDatabase.Failure) -> UserDatabase.User? = {
      uid throws(UserDatabase.Failure) in try UserDatabase.user(uid: uid)
    }
    var group: @Sendable (RoleGroup) throws(UserDatabase.Failure) -> UserDatabase.Group? = {
      group throws(UserDatabase.Failure) in try UserDatabase.group(group)
    }
  }

  private struct Answer<Value: Sendable>: Sendable {
    /// What the directory said last; nil when it never answered.
    var said: Value?
    /// The number of the question that this answered; 0 when none was answered.
    var question: UInt64 = 0
    /// When the directory was asked last, whether or not it answered.
    var askedAt: ContinuousClock.Instant
    var usedAt: ContinuousClock.Instant

    /// What is known after a question. Several may be under way, and the answer to an earlier one may come last: it is
    /// outdated then, and does not count.
    ///
    /// - Parameter said: nil when the directory did not answer.
    init(
      _ known: Self?, _ said: Value?, _ question: UInt64, askedAt: ContinuousClock.Instant,
      usedAt: ContinuousClock.Instant
    ) {
      let isNewer = said != nil && question > known?.question ?? 0
      self.said = isNewer ? said : known?.said
      self.question = isNewer ? question : known?.question ?? 0
      self.askedAt = max(askedAt, known?.askedAt ?? askedAt)
      self.usedAt = usedAt
    }
  }

  private struct State {
    var users: [UInt32: Answer<UserDatabase.User?>] = [:]
    var groups: [RoleGroup: Answer<UserDatabase.Group?>] = [:]
    /// How many questions have been asked.
    var questions: UInt64 = 0
  }

  private let state = Mutex(State())
  private let directory: Directory
  private let usersMax: Int
  /// Whoever has not called for so long is asked about again when he calls.
  private let idleMax = Duration.seconds(600)
  private let now: @Sendable () -> ContinuousClock.Instant

  init(
    usersMax: Int = 4096, directory: Directory = Directory(),
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.usersMax = usersMax
    self.directory = directory
    self.now = now
  }

  /// What is known of a caller since he connected; nil when the directory must be asked first. Root and the daemon's
  /// own account may do everything whatever the directory says, and wait for it only once.
  ///
  /// - Parameter groups: the groups that give a role, and in which the kernel has him.
  func standing(of peer: Peer, in groups: [RoleGroup]) -> Standing? {
    let now = now()
    let recently = now - .seconds(1)
    let isOperator = Roles.isOperator(peer.uid)
    return state.withLock { state in
      guard let user = state.users[peer.uid], isOperator || user.askedAt >= peer.session.begunAt else { return nil }
      for group in groups {
        guard let answer = state.groups[group], answer.askedAt >= peer.session.begunAt else { return nil }
      }
      // To the second is exact enough for what is kept for minutes; a change of the table costs more than the rest.
      if user.usedAt < recently { state.users[peer.uid]?.usedAt = now }
      return Self.standing(of: peer, user.said, groups.map { ($0, state.groups[$0]?.said) })
    }
  }

  /// Asks the directory about a caller, which may take long.
  ///
  /// - Parameter note: told of each question that could not be answered.
  func ask(
    about peer: Peer, in groups: [RoleGroup], note: (UserDatabase.Failure) -> Void
  ) -> Standing {
    let user = ask(peer.uid, note)
    let found = groups.map { ($0, ask($0, note)) }
    return Self.standing(of: peer, user, found)
  }

  /// Asks about everybody who has called lately, and about the groups that give a role.
  func refresh(_ groups: [RoleGroup], note: (UserDatabase.Failure) -> Void) {
    let now = now()
    let users = state.withLock { state in
      state.users = state.users.filter { $0.value.usedAt + idleMax > now }
      let kept = Set(groups)
      state.groups = state.groups.filter { kept.contains($0.key) }
      return Array(state.users.keys)
    }
    for uid in users { _ = ask(uid, note) }
    for group in groups { _ = ask(group, note) }
  }

  /// The groups in which the directory has a user who is not connected.
  /// - Throws: when the directory does not answer.
  func groups(of user: UserDatabase.User, among groups: [RoleGroup]) throws(UserDatabase.Failure) -> Set<RoleGroup> {
    var found: Set<RoleGroup> = []
    for group in groups {
      if let answer = try directory.group(group), answer.has(user, as: group) { found.insert(group) }
    }
    return found
  }

  private func ask(_ uid: UInt32, _ note: (UserDatabase.Failure) -> Void) -> UserDatabase.User?? {
    let (question, begun) = begin()
    var said: UserDatabase.User??
    do throws(UserDatabase.Failure) { said = .some(try directory.user(uid)) } catch { note(error) }
    return state.withLock { state in
      let known = state.users[uid]
      let answer = Answer(known, said, question, askedAt: begun, usedAt: known?.usedAt ?? begun)
      if known != nil || state.users.count < usersMax { state.users[uid] = answer }
      return answer.said
    }
  }

  private func ask(_ group: RoleGroup, _ note: (UserDatabase.Failure) -> Void) -> UserDatabase.Group?? {
    let (question, begun) = begin()
    var said: UserDatabase.Group??
    do throws(UserDatabase.Failure) { said = .some(try directory.group(group)) } catch { note(error) }
    return state.withLock { state in
      let answer = Answer(state.groups[group], said, question, askedAt: begun, usedAt: begun)
      state.groups[group] = answer
      return answer.said
    }
  }

  /// The number and the time of a new question, taken before the directory is asked: what changes meanwhile may be
  /// missing in the answer.
  private func begin() -> (question: UInt64, at: ContinuousClock.Instant) {
    let begun = now()
    return state.withLock { state in
      state.questions += 1
      return (state.questions, begun)
    }
  }

  private static func standing(
    of peer: Peer, _ said: UserDatabase.User??, _ groups: [(RoleGroup, UserDatabase.Group??)]
  ) -> Standing {
    guard let said else { return Standing(account: "uid \(peer.uid)", isIncomplete: true) }
    var standing = Standing(account: said?.name ?? "uid \(peer.uid)")
    standing.isAnother = !peer.session.isOf(standing.account)
    for (group, answer) in groups {
      guard let answer else {
        standing.isIncomplete = true
        continue
      }
      if let user = said, answer?.has(user, as: group) == true { standing.groups.insert(group) }
    }
    return standing
  }
}
