import Foundation
import Synchronization
import Varlink
import VarlinkServer

/// What the tests serve: it notes what it was asked and what became of its streams.
final class EchoService: VarlinkService {
  static let interface = """
    interface org.example.echo
    method Echo(text: string, n: ?int) -> (text: string)
    method Who() -> (uid: int, gid: int, pid: int)
    method Slow(milliseconds: int) -> ()
    method Held() -> ()
    method Note(text: string) -> ()
    method Begun() -> ()
    method Big(bytes: int) -> (text: string)
    method Count(to: int) -> (value: int)
    method Forever() -> (value: int)
    method BreakOff() -> (value: int)
    method Pages(bytes: int) -> (text: string)
    method RefuseLater() -> (value: int)
    method Refuse() -> ()
    method Turn() -> ()
    error Refused (why: string)

    """

  private static let description = try? InterfaceDescription(parsing: interface)

  private let events = Mutex<[String]>([])
  private let told = Mutex<[String]>([])

  var log: [String] { events.withLock { $0 } }

  /// The errors that it was told of and not asked about.
  var refusals: [String] { told.withLock { $0 } }

  func refused(_ error: String, _ call: Call?) {
    told.withLock { $0.append("\(error) to \(call?.method ?? "nothing")") }
  }

  /// Users for whom it does nothing.
  let strangers = Mutex<Set<UInt32>>([])
  /// How many pages of `Pages` were made.
  let pagesMade = Atomic(0)

  func serves(_ peer: Peer) async -> Bool { !strangers.withLock { $0.contains(peer.uid) } }

  private let begun = Mutex<[Completion]>([])

  /// Completes every `Begun` that was begun so far, on a thread of its own.
  func complete() {
    let begun = begun.withLock { begun in
      defer { begun = [] }
      return begun
    }
    Thread { for done in begun { done { .reply(emptyObject) } } }.start()
  }

  private let held = Mutex<[AsyncStream<Never>.Continuation]>([])

  /// Lets every `Held` be answered that was asked so far.
  func release() { for one in held.withLock({ $0 }) { one.finish() } }

  private func hold() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    held.withLock { $0.append(continuation) }
    note("held begins")
    defer { note(Task.isCancelled ? "held is cancelled" : "held ends") }
    for await _ in stream {}
    try Task.checkCancellation()
  }

  private func note(_ event: String) { events.withLock { $0.append(event) } }

  func prepare(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> PreparedCall {
    try Self.description?.validate(parameters: parameters, of: call.shortMethod ?? "")
    return { peer, done in self.answering(call, peer, done) }
  }

  /// Each in the way that it needs.
  private func answering(_ call: Call, _ peer: Peer, _ done: @escaping Completion) -> Answering {
    switch call.shortMethod {
    case "Echo", "Who", "Note", "Refuse":
      return .now(answerAtOnce(call, from: peer))
    case "Begun":
      begun.withLock { $0.append(done) }
      note("begun")
      return .begun
    case "Big":
      Thread { done { self.answerAtOnce(call, from: peer) } }.start()
      return .begun
    default: return .waiting { await self.answer(call, from: peer) }
    }
  }

  private func answerAtOnce(_ call: Call, from peer: Peer) -> Answer {
    do {
      switch call.shortMethod {
      case "Echo": return .reply(try Text(json: call.parameters).json)
      case "Note":
        note(try Text(json: call.parameters).text)
        return .reply(emptyObject)
      case "Big":
        let count = try Number(json: call.parameters).value
        return .reply(Text(text: String(repeating: "x", count: count)).json)
      case "Refuse":
        note("refuses")
        return .failure(VarlinkError(name: "org.example.echo.Refused", parameters: Array(#"{"why":"always"}"#.utf8)))
      default: return .reply(Who(uid: peer.uid, gid: peer.gid, pid: peer.pid).json)
      }
    } catch {
      return failed(error)
    }
  }

  private func failed(_ error: any Error) -> Answer {
    note("failed: \(error)")
    return .failure(VarlinkError(name: "org.example.echo.Refused", parameters: Array(#"{"why":"error"}"#.utf8)))
  }

  private func answer(_ call: Call, from peer: Peer) async -> Answer {
    do {
      switch call.shortMethod {
      case "Slow":
        note("slow begins")
        try await Task.sleep(for: .milliseconds(Number(json: call.parameters).value))
        note("slow ends")
        return .reply(emptyObject)
      case "Held":
        return .later {
          try await self.hold()
          return emptyObject
        }
      case "Count": return .stream(count(to: try Number(json: call.parameters).value))
      case "Forever": return .stream(forever())
      case "Pages":
        let text = String(repeating: "x", count: try Number(json: call.parameters).value)
        note("pages asked")
        return .stream(
          AsyncThrowingStream {
            self.pagesMade.add(1, ordering: .relaxed)
            return StreamPage(json: Text(text: text).json, isLast: false)
          })
      case "Turn":
        note("turns begin")
        while !log.contains("turns end") { await Task.yield() }
        return .reply(emptyObject)
      case "BreakOff": return .stream(pages([1, 2], then: nil))
      case "RefuseLater":
        let why = Array(#"{"why":"later"}"#.utf8)
        return .stream(pages([1], then: VarlinkError(name: "org.example.echo.Refused", parameters: why)))
      default: return .failure(.methodNotImplemented(call.method))
      }
    } catch {
      return failed(error)
    }
  }

  private func page(_ value: Int, isLast: Bool = false) -> StreamPage {
    StreamPage(json: Array("{\"value\":\(value)}".utf8), isLast: isLast)
  }

  private func count(to end: Int) -> AsyncThrowingStream<StreamPage, any Error> {
    let counter = Counter { self.note("count released") }
    return AsyncThrowingStream {
      let value = counter.next()
      return value > end ? nil : self.page(value, isLast: value == end)
    }
  }

  /// Tells when the stream that holds it is gone.
  private final class Counter: Sendable {
    private let value = Mutex(0)
    private let released: @Sendable () -> Void

    init(released: @escaping @Sendable () -> Void) { self.released = released }

    deinit { released() }

    func next() -> Int {
      value.withLock {
        $0 += 1
        return $0
      }
    }
  }

  private func pages(_ values: [Int], then error: VarlinkError?) -> AsyncThrowingStream<StreamPage, any Error> {
    AsyncThrowingStream { continuation in
      for value in values { continuation.yield(page(value)) }
      continuation.finish(throwing: error)
    }
  }

  private func forever() -> AsyncThrowingStream<StreamPage, any Error> {
    AsyncThrowingStream { continuation in
      self.note("stream begins")
      continuation.yield(self.page(0))
      continuation.onTermination = { _ in self.note("stream ends") }
    }
  }
}
