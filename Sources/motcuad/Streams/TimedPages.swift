import Metrics
import VarlinkServer

/// Pages that the caller must be allowed one by one, and that are told of to the figures: what fails long after the call
/// was answered, and how long it all took.
struct TimedPages: AsyncSequence, Sendable {
  let pages: any AsyncSequence<StreamPage, any Error> & Sendable
  /// Throws when the caller may have no more.
  let check: @Sendable () async throws -> Void
  let note: @Sendable (any Error) -> Void
  let started: ContinuousClock.Instant
  let durations: Histogram

  struct Iterator: AsyncIteratorProtocol {
    var pages: any AsyncIteratorProtocol<StreamPage, any Error>
    let check: @Sendable () async throws -> Void
    let note: @Sendable (any Error) -> Void
    let end: End

    mutating func next() async throws -> StreamPage? { try await next(isolation: nil) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> StreamPage? {
      do {
        let page = try await pages.next(isolation: actor)
        try await check()
        return page
      } catch {
        note(error)
        throw error
      }
    }
  }

  /// The end of a stream, however it comes: the iterator goes with it.
  final class End: Sendable {
    private let started: ContinuousClock.Instant
    private let durations: Histogram

    init(_ started: ContinuousClock.Instant, _ durations: Histogram) {
      self.started = started
      self.durations = durations
    }

    deinit { durations.add(started.duration(to: .now)) }
  }

  func makeAsyncIterator() -> Iterator {
    Iterator(pages: pages.makeAsyncIterator(), check: check, note: note, end: End(started, durations))
  }
}
