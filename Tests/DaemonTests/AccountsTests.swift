import Foundation
import Synchronization
import Testing
import VarlinkServer

@testable import motcuad

@Suite("Account names and groups")
struct AccountsTests {
  /// A directory of users and groups that says what it is told to, or nothing.
  private final class Office: Sendable {
    let users = Mutex<[UInt32: UserDatabase.User]>([1000: .init(uid: 1000, name: "lan", gid: 1000)])
    let groups = Mutex<[String: UserDatabase.Group]>(["clerks": .init(gid: 500, members: ["lan"])])
    let isSilent = Mutex(false)
    let asked = Mutex(0)
    let passed = Mutex(Duration.zero)

    func accounts(usersMax: Int = 10) -> Accounts {
      let questions = Accounts.Directory { uid throws(UserDatabase.Failure) in
        try self.ask()
        return self.users.withLock { $0[uid] }
      } group: { group throws(UserDatabase.Failure) in
        try self.ask()
        return self.groups.withLock { $0[group.name ?? ""] }
      }
      return Accounts(usersMax: usersMax, directory: questions) { .now + self.passed.withLock { $0 } }
    }

    private func ask() throws(UserDatabase.Failure) {
      asked.withLock { $0 += 1 }
      if isSilent.withLock({ $0 }) { throw UserDatabase.Failure(code: 5) }
    }
  }

  private let clerks = RoleGroup(gid: 500, name: "clerks")
  private func peer(_ uid: UInt32 = 1000) -> Peer { Peer(uid: uid, gid: uid, groups: [500], pid: 1) }
  private func ignore(_: UserDatabase.Failure) {}

  @Test(
    "who connects is asked about, and then known as long as he is connected; who connects again is asked about again")
  func connections() throws {
    let office = Office()
    let accounts = office.accounts()
    let first = peer()
    #expect(accounts.standing(of: first, in: [clerks]) == nil)
    let asked = accounts.ask(about: first, in: [clerks], note: ignore)
    #expect(asked.account == "lan" && asked.groups == [clerks] && !asked.isIncomplete && !asked.isAnother)
    #expect(accounts.standing(of: first, in: [clerks])?.groups == [clerks] && office.asked.withLock { $0 } == 2)
    let second = peer()
    #expect(accounts.standing(of: second, in: [clerks]) == nil)
    // Another group has not been asked about yet.
    #expect(accounts.standing(of: first, in: [clerks, RoleGroup(gid: 501)]) == nil)
  }

  @Test("whoever is taken out of a group is out of it after the next look, and a group that is another's has nobody")
  func groups() throws {
    let office = Office()
    let accounts = office.accounts()
    let lan = peer()
    _ = accounts.ask(about: lan, in: [clerks], note: ignore)
    office.groups.withLock { $0["clerks"]?.members = ["hoa"] }
    #expect(accounts.standing(of: lan, in: [clerks])?.groups == [clerks])
    accounts.refresh([clerks], note: ignore)
    #expect(accounts.standing(of: lan, in: [clerks])?.groups == [])
    // It is his own group.
    office.users.withLock { $0[1000]?.gid = 500 }
    accounts.refresh([clerks], note: ignore)
    #expect(accounts.standing(of: lan, in: [clerks])?.groups == [clerks])
    for group in [UserDatabase.Group(gid: 501, members: ["lan"]), nil] {
      office.groups.withLock { $0["clerks"] = group }
      accounts.refresh([clerks], note: ignore)
      #expect(accounts.standing(of: lan, in: [clerks])?.groups == [])
    }
  }

  @Test("a directory that cannot say changes nothing, and of whom it never said anything nothing is known")
  func failure() throws {
    let office = Office()
    let accounts = office.accounts()
    let lan = peer()
    _ = accounts.ask(about: lan, in: [clerks], note: ignore)
    office.isSilent.withLock { $0 = true }
    office.groups.withLock { $0 = [:] }
    var failures = 0
    accounts.refresh([clerks]) { _ in failures += 1 }
    #expect(failures == 2 && accounts.standing(of: lan, in: [clerks])?.groups == [clerks])
    let again = peer()
    let standing = accounts.ask(about: again, in: [clerks]) { _ in failures += 1 }
    #expect(failures == 4 && standing.account == "lan" && standing.groups == [clerks] && !standing.isIncomplete)
    let stranger = accounts.ask(about: peer(1001), in: [clerks], note: ignore)
    #expect(stranger.account == "uid 1001" && stranger.isIncomplete && stranger.groups == [])
    #expect(throws: UserDatabase.Failure.self) {
      try accounts.groups(of: .init(uid: 1000, name: "lan", gid: 1000), among: [clerks])
    }
  }

  @Test("whose number bears another name than when he connected is not who bears it now")
  func another() throws {
    let office = Office()
    let accounts = office.accounts()
    let lan = peer()
    _ = accounts.ask(about: lan, in: [], note: ignore)
    office.users.withLock { $0[1000]?.name = "hoa" }
    accounts.refresh([], note: ignore)
    #expect(accounts.standing(of: lan, in: [])?.isAnother == true)
    let hoa = accounts.ask(about: peer(), in: [], note: ignore)
    #expect(hoa.account == "hoa" && !hoa.isAnother)
    office.users.withLock { $0 = [:] }
    #expect(accounts.ask(about: lan, in: [], note: ignore).isAnother)
  }

  @Test(
    "the answer to a question that was asked before another, and comes after its answer, does not replace that",
    arguments: [true, false])
  func order(isOfUser: Bool) throws {
    let office = Office()
    let (isAsked, goOn, isDone) = (
      DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
    )
    let isFirst = Atomic(true)
    @Sendable func hold() {
      guard isFirst.exchange(false, ordering: .relaxed) else { return }
      isAsked.signal()
      goOn.wait()
    }
    let accounts = Accounts(
      directory: .init { uid throws(UserDatabase.Failure) in
        let user = office.users.withLock { $0[uid] }
        if isOfUser { hold() }
        return user
      } group: { group throws(UserDatabase.Failure) in
        let found = office.groups.withLock { $0[group.name ?? ""] }
        if !isOfUser { hold() }
        return found
      })
    let (lan, clerks) = (peer(), clerks)
    Thread.detachNewThread {
      _ = accounts.ask(about: lan, in: [clerks]) { _ in }
      isDone.signal()
    }
    isAsked.wait()
    // He leaves the machine or the group, which whoever asks now is told.
    if isOfUser { office.users.withLock { $0 = [:] } } else { office.groups.withLock { $0 = [:] } }
    #expect(accounts.ask(about: peer(), in: [clerks], note: ignore).groups == [])
    goOn.signal()
    isDone.wait()
    #expect(accounts.standing(of: lan, in: [clerks])?.groups == [])
    #expect(accounts.standing(of: lan, in: [])?.account == (isOfUser ? "uid 1000" : "lan"))
  }

  @Test("more people than there is room for are asked about each time, until others have been away for long")
  func bounded() throws {
    let office = Office()
    let accounts = office.accounts(usersMax: 2)
    let peers = (1...3).map { peer($0) }
    for peer in peers { _ = accounts.ask(about: peer, in: [], note: ignore) }
    #expect(peers.map { accounts.standing(of: $0, in: [])?.account } == ["uid 1", "uid 2", nil])
    office.passed.withLock { $0 = .seconds(601) }
    accounts.refresh([], note: ignore)
    _ = accounts.ask(about: peers[2], in: [], note: ignore)
    #expect(peers.map { accounts.standing(of: $0, in: [])?.account } == [nil, nil, "uid 3"])
  }
}
