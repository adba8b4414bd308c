import Desk
import Testing

@Suite("Roles")
struct RoleTests {
  private static let ranks: [Role] = [.reader, .clerk, .supervisor, .operatorRole]

  @Test("each rank may do what those before it may, and nothing beyond")
  func ladder() {
    for (height, role) in Self.ranks.enumerated() {
      for (other, below) in Self.ranks.enumerated() { #expect(role.covers(below) == (other <= height)) }
    }
  }

  @Test("a relay stands beside the ranks: it may nothing of theirs, and of them an operator alone may what it may")
  func relay() {
    for rank in Self.ranks {
      #expect(!Role.relay.covers(rank))
      #expect(rank.covers(.relay) == (rank == .operatorRole))
    }
    #expect(Role.relay.covers(.relay))
  }

  @Test(
    "of several roles the highest rank counts, and a relay is one only who has no rank, in whatever order they come")
  func strongest() {
    #expect(Role.strongest(of: [] as [Role]) == nil && Role.strongest(of: [.relay]) == .relay)
    for rank in Self.ranks {
      #expect(Role.strongest(of: [rank, .relay]) == rank && Role.strongest(of: [.relay, rank]) == rank)
    }
    #expect(Role.strongest(of: [.clerk, .relay, .supervisor, .reader]) == .supervisor)
  }
}
