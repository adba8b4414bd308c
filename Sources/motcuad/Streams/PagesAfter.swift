import VarlinkServer

/// Pages that are begun with only after something else, when the first of them is asked for.
struct PagesAfter: AsyncSequence, Sendable {
  typealias Element = StreamPage
  typealias Failure = any Error

  let pages: PacedPages
  let first: @Sendable () async throws -> Void

  struct Iterator: AsyncIteratorProtocol {
    let pages: PacedPages
    let first: @Sendable () async throws -> Void
    var iterator: PacedPages.Iterator?

    mutating func next() async throws -> StreamPage? { try await next(isolation: nil) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> StreamPage? {
      if iterator == nil {
        do { try await first() } catch { throw WireFailure.error(for: error) ?? error }
        iterator = pages.makeAsyncIterator()
      }
      return try await iterator?.next(isolation: actor)
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(pages: pages, first: first) }
}
