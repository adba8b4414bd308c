import Foundation
import Synchronization
import VarlinkServer

/// Pages that a thread of its own makes, a few ahead of who takes them, and no more: a slow reader slows the work down
/// instead of filling the memory.
struct PacedPages: AsyncSequence, Sendable {
  typealias Element = StreamPage
  typealias Failure = any Error
  typealias Put = (StreamPage) throws -> Void

  private static let ahead = 4

  private let pages: AsyncThrowingStream<StreamPage, any Error>
  private let places: DispatchSemaphore

  init(_ work: @escaping @Sendable (Put) throws -> Void) {
    let places = DispatchSemaphore(value: Self.ahead)
    self.places = places
    pages = AsyncThrowingStream { continuation in
      let left = LeftFlag()
      continuation.onTermination = { _ in
        left.raise()
        // Whoever waits for a place is to see the flag.
        places.signal()
      }
      let thread = Thread {
        do {
          try work { page in
            places.wait()
            if left.isRaised { throw CancellationError() }
            continuation.yield(page)
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  struct Iterator: AsyncIteratorProtocol {
    var pages: AsyncThrowingStream<StreamPage, any Error>.Iterator
    let places: DispatchSemaphore

    mutating func next() async throws -> StreamPage? { try await next(isolation: nil) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> StreamPage? {
      defer { places.signal() }
      return try await pages.next(isolation: actor)
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator(), places: places) }
}

/// Raised once, when the caller has left.
private final class LeftFlag: Sendable {
  private let flag = Atomic(false)

  var isRaised: Bool { flag.load(ordering: .acquiring) }
  func raise() { flag.store(true, ordering: .releasing) }
}
