import Dispatch
import Glibc
import Synchronization

/// Does the pieces of a range on every core, at most `size` to a piece, and returns what they give in order.
///
/// - Parameter leavesHalf: whether it takes half of the cores and leaves the others to whoever asks for little.
public func inParallel<Element: Sendable>(
  _ range: Range<Int>, by size: Int, leavesHalf: Bool = false, _ body: @Sendable (Range<Int>) throws -> [Element]
) throws -> [Element] {
  let pieces = (range.count + size - 1) / size
  let results = Mutex<[Int: Result<[Element], any Error>]>([:])
  let hands = leavesHalf ? min(pieces, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)) : pieces
  DispatchQueue.concurrentPerform(iterations: hands) { hand in
    for piece in stride(from: hand, to: pieces, by: hands) {
      let start = range.lowerBound + piece * size
      let result = Result { try body(start..<min(start + size, range.upperBound)) }
      results.withLock { $0[piece] = result }
    }
  }
  return try results.withLock { results in try (0..<pieces).flatMap { try results[$0]?.get() ?? [] } }
}
