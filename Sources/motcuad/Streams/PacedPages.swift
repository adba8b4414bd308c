import Foundation
import Synchronization
import VarlinkServer

/// Pages that a thread of its own makes, one ahead of who takes them and the next, and no more: a slow reader slows the work down
/// instead of filling the memory. Nothing is done before somebody takes, nor after he has left.
struct PacedPages: AsyncSequence, Sendable {
  typealias Element = StreamPage
  typealias Failure = any Error
  /// Waits for a place, and throws when nobody takes pages any more.
  typealias Put = (StreamPage) throws -> Void

  private let work: @Sendable (Put) throws -> Void

  init(_ work: @escaping @Sendable (Put) throws -> Void) { self.work = work }

  func makeAsyncIterator() -> Iterator { Iterator(work) }

  struct Iterator: AsyncIteratorProtocol {
    private var pages: AsyncThrowingStream<StreamPage, any Error>.Iterator
    private let reader: Reader

    init(_ work: @escaping @Sendable (Put) throws -> Void) {
      let reader = Reader()
      self.reader = reader
      let places = reader.places
      pages =
        AsyncThrowingStream<StreamPage, any Error> { continuation in
          continuation.onTermination = { _ in places.close() }
          let thread = Thread {
            do {
              try work { page in
                try places.take()
                continuation.yield(page)
              }
              continuation.finish()
            } catch {
              continuation.finish(throwing: error)
            }
          }
          thread.stackSize = 8 << 20
          thread.start()
        }.makeAsyncIterator()
    }

    mutating func next() async throws -> StreamPage? { try await next(isolation: nil) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> StreamPage? {
      let page = try await pages.next(isolation: actor)
      reader.places.give()
      return page
    }
  }

  /// Whoever takes the pages; when he is gone, so is the reason for the work, however he went.
  private final class Reader: Sendable {
    let places = Places()

    deinit { places.close() }
  }
}

/// How many pages may wait to be taken: one, so that the work goes on while a page is sent, and the memory hardly grows.
private final class Places: Sendable {
  private static let count = 1

  // From zero up, because a semaphore may not be let go below what it began with.
  private let free = DispatchSemaphore(value: 0)
  private let isClosed = Atomic(false)

  init() { for _ in 0..<Self.count { free.signal() } }

  func take() throws {
    free.wait()
    guard isClosed.load(ordering: .acquiring) else { return }
    free.signal()
    throw CancellationError()
  }

  func give() { free.signal() }

  /// Whoever waits for a place, now or later, sees that there is none any more.
  func close() {
    isClosed.store(true, ordering: .releasing)
    free.signal()
  }
}
