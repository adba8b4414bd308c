import Synchronization
import Testing

@testable import motcuad

@Suite("Account names")
struct AccountsTests {
  private final class Office: Sendable {
    let time = Mutex(ContinuousClock.now)
    let name = Mutex("lan")
    let asked = Mutex(0)

    func accounts(entriesMax: Int = 10) -> Accounts {
      Accounts(entriesMax: entriesMax) { _ in
        self.asked.withLock { $0 += 1 }
        return self.name.withLock { $0 }
      } now: {
        self.time.withLock { $0 }
      }
    }

    func pass(seconds: Int) { time.withLock { $0 += .seconds(seconds) } }
  }

  @Test("a name is believed for a minute, so that a number which has come to be another person's bears his name")
  func ages() throws {
    let office = Office()
    let accounts = office.accounts()
    #expect(accounts.known(1000) == nil)
    #expect(try accounts.lookUp(1000) == "lan")
    office.name.withLock { $0 = "hoa" }
    office.pass(seconds: 59)
    #expect(accounts.known(1000) == "lan" && accounts.known(1001) == nil)
    office.pass(seconds: 1)
    #expect(accounts.known(1000) == nil)
    #expect(try accounts.lookUp(1000) == "hoa")
    #expect(accounts.known(1000) == "hoa" && office.asked.withLock { $0 } == 2)
  }

  @Test("more names than there is room for are asked for each time, until older ones have aged")
  func bounded() throws {
    let office = Office()
    let accounts = office.accounts(entriesMax: 2)
    for uid: UInt32 in 1...3 { _ = try accounts.lookUp(uid) }
    #expect((1...3).map { accounts.known($0) } == ["lan", "lan", nil])
    office.pass(seconds: 60)
    _ = try accounts.lookUp(3)
    #expect((1...3).map { accounts.known($0) } == [nil, nil, "lan"])
  }

  @Test("a system that cannot say is no account without a name, and nothing is kept of it")
  func failure() throws {
    let accounts = Accounts(find: { _ in throw UserDatabase.Failure(code: 5) })
    #expect(throws: UserDatabase.Failure.self) { try accounts.lookUp(1000) }
    #expect(accounts.known(1000) == nil)
  }
}
