import Desk
import DeskInterface
import DeskService
import Varlink
import VarlinkServer

/// Where a method does its work.
enum Executor {
  /// Where connections are served, without a change of thread: for what only looks up a few rows, or waits.
  case connection
  /// On the pool, beside the connections.
  case pool
  /// On the pool as well, when it is the caller's turn.
  case turn(Turns)

  func run<R: Sendable>(for caller: Caller, _ body: @Sendable () async throws -> R) async throws -> R {
    switch self {
    case .connection: try await body()
    case .pool: try await Self.onPool(body)
    case .turn(let turns): try await turns.run(of: caller.actor.uid) { try await Self.onPool(body) }
    }
  }

  private static func onPool<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await apart(body) }
  }

  /// The change of thread itself: a body that never waits would be done where it was asked for.
  @concurrent private static func apart<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
    try await body()
  }
}

/// Answers a call whose parameters were read, in one of three ways. The first two need no task.
enum CallHandler: Sendable {
  /// Where connections are served, and at once: it looks up a few rows.
  case atOnce(@Sendable (_ caller: Caller) throws -> [UInt8])
  /// Begun where connections are served, and completed by who does it.
  case completing(CompletedAnswer)
  /// In a task: it waits, moves elsewhere, or answers in pages.
  case waiting(@Sendable (_ caller: Caller) async throws -> Answer)
}

/// An answer that somebody else completes.
struct CompletedAnswer: Sendable {
  /// Takes what makes the answer where connections are served; it is called once, on any thread.
  typealias Done = @Sendable (_ make: @escaping @Sendable () throws -> [UInt8]) -> Void

  /// Begins, and returns whether it has; what has to wait first does not begin.
  let begin: @Sendable (_ caller: Caller, _ done: @escaping Done) throws -> Bool
  /// The same in a task, where it may wait.
  let otherwise: @Sendable (_ caller: Caller) async throws -> [UInt8]
}

/// One method: what it is called, who it is for, and what answers it.
struct Route: Sendable {
  let method: String
  let role: Role
  /// Answers in several replies, so it must be called with `more`.
  let streams: Bool
  /// Whether it is answered from the views: then it waits until they have all that was acknowledged before it was asked.
  var readsViews = true
  /// Reads the parameters, which is all that is done before it is known who calls.
  let prepare: @Sendable (_ parameters: JSONNode) throws(InterfaceMismatch) -> CallHandler

  /// The same, answered without a wait for the views: it reads none, or waits itself.
  var withoutViews: Route {
    var route = self
    route.readsViews = false
    return route
  }

  /// A method with one reply.
  ///
  /// - Parameters:
  ///   - waits: whether a call waits for its turn: then nobody answers it any more when the caller has left. Nothing that is
  ///     recorded may wait so.
  ///   - opens: how many cases, events or promises that tell about people an answer gives.
  static func one<Method: WireMethod>(
    _: Method.Type, _ role: Role, at executor: Executor = .pool,
    waits: @escaping @Sendable (Method) -> Bool = { _ in false },
    opens: @escaping @Sendable (Method.Answer) -> Int = { _ in 0 },
    _ body: @escaping @Sendable (Method, Caller) async throws -> Method.Answer
  ) -> Route {
    Route(method: Method.method, role: role, streams: false) { node throws(InterfaceMismatch) in
      let parameters = try Method(node, unknown: .refused)
      let answer = { @Sendable (caller: Caller) async throws -> [UInt8] in
        try await executor.run(for: caller) {
          let answer = try await body(parameters, caller)
          caller.isGiven(opens(answer))
          return answer.json
        }
      }
      if waits(parameters) { return .waiting { caller in .later { try await answer(caller) } } }
      return .waiting { caller in .reply(try await answer(caller)) }
    }
  }

  /// A method with one reply that takes no longer than a look at a few rows: it needs no task. The answer writes itself as the
  /// contract has it.
  static func atOnce<Method: WireMethod, Answer: JSONWritable & SendableMetatype>(
    _: Method.Type, as _: Answer.Type, _ role: Role, opens: @escaping @Sendable (Answer) -> Int,
    _ body: @escaping @Sendable (Method, Caller) throws -> Answer
  ) -> Route {
    Route(method: Method.method, role: role, streams: false) { node throws(InterfaceMismatch) in
      let parameters = try Method(node, unknown: .refused)
      return .atOnce { caller in
        let answer = try body(parameters, caller)
        caller.isGiven(opens(answer))
        return answer.json
      }
    }
  }

  /// A method whose one reply somebody else completes.
  ///
  /// - Parameters:
  ///   - begin: begins, and returns whether it has; what has to wait first does not begin.
  ///   - body: the same in a task, where it may wait.
  static func completing<Method: WireMethod>(
    _: Method.Type, _ role: Role,
    begin: @escaping @Sendable (Method, Caller, @escaping CompletedAnswer.Done) throws -> Bool,
    otherwise body: @escaping @Sendable (Method, Caller) async throws -> Method.Answer
  ) -> Route {
    Route(method: Method.method, role: role, streams: false) { node throws(InterfaceMismatch) in
      let parameters = try Method(node, unknown: .refused)
      return .completing(
        CompletedAnswer(
          begin: { caller, done in try begin(parameters, caller, done) },
          otherwise: { caller in try await body(parameters, caller).json }))
    }
  }

  /// A method that takes long: it works on a thread of its own, off the pool that answers queries, and reports as it
  /// goes; what it returns is the last reply. `report` waits while the caller is slow, and throws when he has left.
  ///
  /// - Parameter first: what comes before, on no thread of its own; it ends when the caller leaves.
  static func work<Method: WireMethod>(
    _: Method.Type, _ role: Role, first: @escaping @Sendable (Caller) async throws -> Void = { _ in },
    _ body: @escaping @Sendable (Method, Caller, _ report: (Method.Answer) throws -> Void) throws -> Method.Answer
  ) -> Route {
    Route(method: Method.method, role: role, streams: true) { node throws(InterfaceMismatch) in
      let parameters = try Method(node, unknown: .refused)
      return .waiting { caller in
        let pages = PacedPages { put in
          defer { Allocator.giveBack() }
          do {
            let answer = try body(parameters, caller) { answer in
              try put(StreamPage(json: answer.json, isLast: false))
            }
            try put(StreamPage(json: answer.json, isLast: true))
          } catch {
            throw WireFailure.error(for: error) ?? error
          }
        }
        return .stream(PagesAfter(pages: pages) { try await first(caller) })
      }
    }
  }

  /// A method that answers in pages. `start` makes the state of the query, `next` the page after it; nil ends with
  /// an empty one, unless `isOver` said of the page before that nothing follows.
  ///
  /// - Parameters:
  ///   - first: where the pages are made, when that is not where the query starts.
  ///   - later: where those after the first one are made, when that is elsewhere.
  ///   - opens: as in `one`, of each page.
  ///   - ready: waits, before each page, for what makes one; it takes no turn meanwhile.
  static func pages<Method: WireMethod, State: Sendable>(
    _ method: Method.Type, _ role: Role, at executor: Executor = .pool, first: Executor? = nil,
    later: Executor? = nil, opens: @escaping @Sendable (Method.Answer) -> Int, end: Method.Answer,
    start: @escaping @Sendable (Method, Caller) async throws -> State,
    ready: @escaping @Sendable (inout State) async throws -> Void = { _ in },
    isOver: @escaping @Sendable (State) -> Bool = { _ in false },
    next: @escaping @Sendable (inout State) async throws -> Method.Answer?
  ) -> Route {
    pages(
      method, as: Method.Answer.self, role, at: executor, first: first, later: later, opens: opens, end: end,
      start: start,
      ready: ready, isOver: isOver, next: next)
  }

  /// The same for pages that write themselves as the contract has them.
  static func pages<Method: WireMethod, Page: JSONWritable & Sendable, State: Sendable>(
    _ method: Method.Type, as page: Page.Type, _ role: Role, at executor: Executor = .pool, first: Executor? = nil,
    later: Executor? = nil, opens: @escaping @Sendable (Page) -> Int, end: Page,
    start: @escaping @Sendable (Method, Caller) async throws -> State,
    ready: @escaping @Sendable (inout State) async throws -> Void = { _ in },
    isOver: @escaping @Sendable (State) -> Bool = { _ in false },
    next: @escaping @Sendable (inout State) async throws -> Page?
  ) -> Route {
    parts(method, as: page, role, at: executor, first: first, later: later, opens: opens, start: start, ready: ready) {
      state in
      guard let page = try await next(&state) else { return (end, isLast: true) }
      return (page, isLast: isOver(state))
    }
  }

  /// The same for a method whose last page is none like any other: `next` says of each whether it is the last one.
  static func parts<Method: WireMethod, Page: JSONWritable & SendableMetatype, State: Sendable>(
    _: Method.Type, as _: Page.Type, _ role: Role, at executor: Executor, first: Executor? = nil,
    later: Executor? = nil,
    opens: @escaping @Sendable (Page) -> Int,
    start: @escaping @Sendable (Method, Caller) async throws -> State,
    ready: @escaping @Sendable (inout State) async throws -> Void = { _ in },
    next: @escaping @Sendable (inout State) async throws -> (Page, isLast: Bool)
  ) -> Route {
    Route(method: Method.method, role: role, streams: true) { node throws(InterfaceMismatch) in
      let parameters = try Method(node, unknown: .refused)
      return .waiting { caller in
        let state = try await executor.run(for: caller) { try await start(parameters, caller) }
        return .stream(
          Pages(initial: (state, isFirst: true)) { state in
            do {
              try await ready(&state.0)
              let before = state
              let place = (before.isFirst ? nil : later) ?? first ?? executor
              let (page, after) = try await place.run(for: caller) {
                var state = before.0
                let (page, isLast) = try await next(&state)
                caller.isGiven(opens(page))
                return (StreamPage(json: page.json, isLast: isLast), state)
              }
              state = (after, isFirst: false)
              return page
            } catch {
              throw WireFailure.error(for: error) ?? error
            }
          })
      }
    }
  }
}

/// Pages that are made when the connection can take them.
struct Pages<State: Sendable>: AsyncSequence, Sendable {
  typealias Element = StreamPage
  typealias Failure = any Error

  let initial: State
  let next: @Sendable (inout State) async throws -> StreamPage?

  struct Iterator: AsyncIteratorProtocol {
    var state: State
    let step: @Sendable (inout State) async throws -> StreamPage?

    mutating func next() async throws -> StreamPage? { try await step(&state) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(state: initial, step: next) }
}
