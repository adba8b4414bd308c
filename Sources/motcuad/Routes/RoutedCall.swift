import Desk
import DeskInterface
import Metrics
import Varlink
import VarlinkServer

/// One call from when it is read to its last reply: who asks and whether he may, by which way it is answered, how long that
/// takes, and what it fails with.
final class RoutedCall: Sendable {
  private let table: RouteTable
  private let entry: RouteTable.Entry
  private let handler: CallHandler
  private let more: Bool
  private let start = ContinuousClock.now

  init(_ table: RouteTable, _ entry: RouteTable.Entry, _ handler: CallHandler, more: Bool) {
    (self.table, self.entry, self.handler, self.more) = (table, entry, handler, more)
  }

  private var route: Route { entry.route }

  /// The one place that tells the ways of an answer apart. Without a task it is given where nothing has to be waited for: who
  /// calls is known, and the views have what was acknowledged.
  func answering(_ peer: Peer, _ done: @escaping Completion) -> Answering {
    do {
      switch handler {
      case .atOnce(let make):
        guard let asker = try readyCaller(peer) else { break }
        return .now(noted(.reply(try make(asker))))
      case .completing(let answer):
        guard let asker = try readyCaller(peer) else { break }
        let hasBegun = try answer.begin(asker) { make in
          done { self.noted(self.made(make, peer.uid)) }
        }
        if hasBegun { return .begun }
      case .waiting: break
      }
    } catch {
      return .now(noted(.failure(failure(for: error, peer.uid))))
    }
    return .waiting { await self.answer(peer) }
  }

  /// Who asks, if he may and nothing has to be waited for.
  private func readyCaller(_ peer: Peer) throws -> Caller? {
    guard let asker = table.knownCaller(peer, route.method) else { return nil }
    try asker.require(route.role)
    return !route.readsViews || table.isCaughtUp() ? asker : nil
  }

  private func made(_ make: () throws -> [UInt8], _ uid: UInt32) -> Answer {
    do { return .reply(try make()) } catch { return .failure(failure(for: error, uid)) }
  }

  /// The way with a task, in which anything may be waited for.
  private func answer(_ peer: Peer) async -> Answer {
    let asker = await table.caller(peer, route.method)
    let answer: Answer
    do { answer = try await ask(asker) } catch { answer = .failure(failure(for: error, peer.uid)) }
    switch answer {
    case .later(let make): return .later { try await self.later(make, asker) }
    case .stream(let pages): return .stream(timed(pages, peer))
    case .reply, .failure: return noted(answer)
    }
  }

  private func ask(_ caller: Caller) async throws -> Answer {
    try caller.require(route.role)
    if route.streams, !more { return .failure(.expectedMore) }
    // The one place, but for `readyCaller`, where an answer comes to show no less than anybody was told before it was asked.
    if route.readsViews { try await table.caughtUp() }
    switch handler {
    case .atOnce(let make): return .reply(try make(caller))
    case .completing(let answer): return .reply(try await answer.otherwise(caller))
    case .waiting(let answer): return try await answer(caller)
    }
  }

  private func later(_ make: @Sendable () async throws -> [UInt8], _ asker: Caller) async throws -> [UInt8] {
    do {
      let json = try await make()
      // It may have waited for long, as a stream does.
      try await asker.again().require(route.role)
      entry.durations.add(start.duration(to: .now))
      return json
    } catch {
      let failure = failure(for: error, asker.peer.uid)
      // Whoever has left is told nothing.
      if !Task.isCancelled { table.calls.errors.add(route.method, failure.name) }
      throw failure
    }
  }

  private func timed(_ pages: any AsyncSequence<StreamPage, any Error> & Sendable, _ peer: Peer) -> TimedPages {
    TimedPages(
      pages: pages,
      // A watch may last for days, and the role be withdrawn meanwhile.
      check: { try await self.table.caller(peer, self.route.method).require(self.route.role) },
      note: { error in
        guard let error = error as? VarlinkError else { return self.table.note(error) }
        self.table.calls.errors.add(self.route.method, error.name)
      },
      started: start, durations: entry.durations)
  }

  /// The answer, told of to the figures.
  private func noted(_ answer: Answer) -> Answer {
    if case .failure(let error) = answer {
      table.calls.errors.add(route.method, error.name)
      // Nothing was done, so how fast that went says nothing of what is.
      if error.name == Wire.PermissionDenied.error { return answer }
    }
    entry.durations.add(start.duration(to: .now))
    return answer
  }

  private func failure(for error: any Error, _ uid: UInt32) -> VarlinkError {
    table.failure(for: error, route.method, uid)
  }
}
