import EventStore
import TestSupport
import Testing

@Suite("A dictionary that can be taken back")
struct RevertibleTests {
  @Test("whatever is set, kept and taken back, in any order, it holds what was kept and then set", arguments: 1...20)
  func sequences(seed: Int) {
    var dice = Dice(seed: UInt64(seed))
    var dictionary = Revertible<Int, Int>()
    var (kept, now): ([Int: Int], [Int: Int]) = ([:], [:])
    for step in 0..<500 {
      switch dice.upTo(20) {
      case 0:
        dictionary.keep()
        kept = now
      case 1:
        dictionary.revert()
        now = kept
      case 2 where dice.chance(20):
        dictionary.clear()
        (kept, now) = ([:], [:])
      default:
        let key = dice.upTo(12)
        dictionary.set(step, for: key)
        now[key] = step
      }
      #expect(dictionary.values == now)
      #expect((0..<12).allSatisfy { dictionary[$0] == now[$0] })
    }
  }
}
