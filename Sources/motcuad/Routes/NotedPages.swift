import VarlinkServer

/// Pages whose making may fail long after the call was answered.
struct NotedPages: AsyncSequence, Sendable {
  let pages: any AsyncSequence<StreamPage, any Error> & Sendable
  let note: @Sendable (any Error) -> Void

  struct Iterator: AsyncIteratorProtocol {
    var pages: any AsyncIteratorProtocol<StreamPage, any Error>
    let note: @Sendable (any Error) -> Void

    mutating func next() async throws -> StreamPage? { try await next(isolation: nil) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> StreamPage? {
      do { return try await pages.next(isolation: actor) } catch {
        note(error)
        throw error
      }
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator(), note: note) }
}
