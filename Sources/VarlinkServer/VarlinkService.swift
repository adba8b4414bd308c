public import Varlink

/// What stands behind a server.
public protocol VarlinkService: Sendable {
  /// Reads the parameters of a call, before anything else is asked about it; what it returns answers the call.
  ///
  /// Called in order and one at a time per connection, and only with calls whose interface and method are described.
  /// - Throws: in what the parameters are not those of the method; the client gets InvalidParameter.
  func prepare(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> PreparedCall

  /// Whether anything is done for this user. It may take long; nobody else waits meanwhile.
  func serves(_ peer: Peer) async -> Bool

  /// Told of the error that a call, or what is no call at all, got without the service having been asked.
  func refused(_ error: String, _ call: Call?)
}

extension VarlinkService {
  public func serves(_ peer: Peer) async -> Bool { true }
  public func refused(_ error: String, _ call: Call?) {}
}

/// Answers a call whose parameters were read.
///
/// It runs where connections are served, and others wait meanwhile: what takes longer than a short read is `waiting`, and
/// moves to another executor, and so do the pages of a stream.
///
/// - Parameter done: takes the answer of a call that is `begun`.
public typealias PreparedCall = @Sendable (_ peer: Peer, _ done: @escaping Completion) -> Answering

/// How a call comes to its answer. A client that leaves cancels none of it, because what it records stands. What nobody needs
/// any more when the client has left is answered `later`.
public enum Answering: Sendable {
  /// It is there.
  case now(Answer)
  /// Somebody else completes it, and no task waits for that.
  case begun
  /// It waits for others or takes long, in a task, which a stop of the server cancels once its grace is over.
  case waiting(@Sendable () async -> Answer)
}

/// Takes what makes an answer where connections are served. It is called once, on any thread.
public typealias Completion = @Sendable (_ make: @escaping @Sendable () -> Answer) -> Void

public enum Answer: Sendable {
  /// A JSON object.
  case reply([UInt8])
  case failure(VarlinkError)
  /// Makes a JSON object, which may wait for others or take long.
  ///
  /// When the client leaves, or the server stops and its grace is over, the task that makes it is cancelled. A thrown
  /// `VarlinkError` is the answer then; any other error closes the connection. A call that wants no answer has it not made.
  case later(@Sendable () async throws -> [UInt8])
  /// Only for a call with `more`; without, the client gets ExpectedMore.
  ///
  /// A thrown `VarlinkError` ends it with that refusal. Any other error, and an end without a last page, closes the
  /// connection. When the client leaves or the server stops, the task that iterates it is cancelled.
  case stream(any AsyncSequence<StreamPage, any Error> & Sendable)
}

/// One reply of a stream, sent as soon as it comes.
public struct StreamPage: Hashable, Sendable {
  /// A JSON object.
  public let json: [UInt8]
  /// The reply that ends the call; what follows it is not asked for.
  public let isLast: Bool

  public init(json: [UInt8], isLast: Bool) {
    self.json = json
    self.isLast = isLast
  }
}
