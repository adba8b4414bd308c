import Desk
import DeskInterface
import DeskService
import Varlink
import VarlinkServer

/// Where a method does its work.
enum Workplace {
  /// Where connections are served, without a change of thread: for what only looks up a few rows, or waits.
  case connection
  /// On the pool, beside the connections.
  case pool

  func run<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
    switch self {
    case .connection: try await body()
    case .pool: try await withTaskExecutorPreference(globalConcurrentExecutor) { try await body() }
    }
  }
}

/// One method: what it is called, who it is for, and what answers it.
struct Route: Sendable {
  let method: String
  let role: Role
  /// Answers in several replies, so it must be called with `more`.
  let streams: Bool
  let answer: @Sendable (_ call: Call, _ caller: Caller) async throws -> Answer

  /// A method with one reply.
  static func one<Method: WireMethod>(
    _: Method.Type, _ role: Role, at place: Workplace = .pool,
    _ body: @escaping @Sendable (Method, Caller) async throws -> Method.Answer
  ) -> Route {
    Route(method: Method.method, role: role, streams: false) { call, caller in
      try await place.run {
        let parameters = try Coding.decode(Method.self, from: call.parameters)
        return .reply(try Coding.encode(try await body(parameters, caller)))
      }
    }
  }

  /// A method that takes long: it works on a thread of its own, off the pool that answers questions, and reports as it
  /// goes; what it returns is the last reply. `report` waits while the caller is slow, and throws when he has left.
  static func work<Method: WireMethod>(
    _: Method.Type, _ role: Role,
    _ body: @escaping @Sendable (Method, Caller, _ report: (Method.Answer) throws -> Void) throws -> Method.Answer
  ) -> Route {
    Route(method: Method.method, role: role, streams: true) { call, caller in
      let parameters = try Coding.decode(Method.self, from: call.parameters)
      return .stream(
        PacedPages { put in
          defer { Allocator.giveBack() }
          do {
            let answer = try body(parameters, caller) { answer in
              try put(StreamPage(json: try Coding.encode(answer), isLast: false))
            }
            try put(StreamPage(json: try Coding.encode(answer), isLast: true))
          } catch {
            throw WireFailure.error(for: error) ?? error
          }
        })
    }
  }

  /// A method that answers in pages. `start` makes the state of the question, `next` the page after it; nil ends with
  /// an empty one, unless `isOver` said of the page before that nothing follows.
  static func pages<Method: WireMethod, State: Sendable>(
    _: Method.Type, _ role: Role, at place: Workplace = .pool, end: Method.Answer,
    start: @escaping @Sendable (Method, Caller) async throws -> State,
    isOver: @escaping @Sendable (State) -> Bool = { _ in false },
    next: @escaping @Sendable (inout State) async throws -> Method.Answer?
  ) -> Route {
    Route(method: Method.method, role: role, streams: true) { call, caller in
      let state = try await place.run { try await start(try Coding.decode(Method.self, from: call.parameters), caller) }
      return .stream(
        Pages(initial: state) { state in
          do {
            let before = state
            let (page, after) = try await place.run {
              var state = before
              guard let page = try await next(&state) else {
                return (StreamPage(json: try Coding.encode(end), isLast: true), state)
              }
              return (StreamPage(json: try Coding.encode(page), isLast: isOver(state)), state)
            }
            state = after
            return page
          } catch {
            throw WireFailure.error(for: error) ?? error
          }
        })
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
