import Dispatch
import Synchronization

/// Does the pieces of a range on every core, at most `size` to a piece, and returns what they give in order.
public func inParallel<Element: Sendable>(
  _ range: Range<Int>, by size: Int, _ body: @Sendable (Range<Int>) throws -> [Element]
) throws -> [Element] {
  let pieces = (range.count + size - 1) / size
  let results = Mutex<[Int: Result<[Element], any Error>]>([:])
  DispatchQueue.concurrentPerform(iterations: pieces) { piece in
    let start = range.lowerBound + piece * size
    let result = Result { try body(start..<min(start + size, range.upperBound)) }
    results.withLock { $0[piece] = result }
  }
  return try results.withLock { results in try (0..<pieces).flatMap { try results[$0]?.get() ?? [] } }
}
