import Glibc
public import Varlink

/// A blocking connection to a Varlink service; closed when it is released. Not for two threads at once.
public final class Connection {
  /// The longest reply taken, in bytes.
  public static let replyLimit = 64 << 20

  /// How long a call may wait for its reply, and a stream for each of its replies; nil waits for ever.
  public var timeout: Duration?

  private var transport: Transport?

  /// - Parameters:
  ///   - path: of the socket, at most 107 bytes.
  ///   - timeout: for connecting, and afterwards as the property says.
  public init(path: String, timeout: Duration? = .seconds(30)) throws(ConnectionError) {
    self.timeout = timeout
    transport = try Transport(path: path, timeout: timeout, replyLimit: Self.replyLimit)
  }

  /// Whether calls can still be made.
  public var isOpen: Bool { transport != nil }

  public func close() { transport = nil }

  /// Makes a call and waits for its one reply.
  /// - Parameters:
  ///   - method: qualified by its interface.
  ///   - parameters: a JSON object.
  /// - Returns: a reply that is no refusal; refusals are thrown as `.varlink`.
  public func call(_ method: String, parameters: [UInt8] = emptyObject) throws(CallError) -> Reply {
    try send(Call(method: method, parameters: parameters))
    let reply = try receive()
    guard !reply.continues else { throw broken(.protocolViolation("a reply that continues, without being asked")) }
    if let failure = reply.failure { throw .varlink(failure) }
    return reply
  }

  /// Makes several calls at once and returns their replies in order, refusals among them.
  ///
  /// The calls are all sent before the first reply is read, so keep them few: thousands fit, millions do not.
  public func pipeline(_ calls: [Call]) throws(CallError) -> [Reply] {
    for call in calls { try send(call) }
    var replies: [Reply] = []
    for call in calls where !call.oneway {
      guard !call.more else { throw broken(.protocolViolation("a pipelined call takes one reply")) }
      replies.append(try receive())
    }
    return replies
  }

  /// Makes a call without reply; it returns when the call has been handed to the kernel.
  public func oneway(_ method: String, parameters: [UInt8] = emptyObject) throws(CallError) {
    try send(Call(method: method, parameters: parameters, oneway: true))
  }

  /// Makes a call with `more` and hands over each reply as it comes.
  /// - Parameter body: whether to go on. When it stops before the last reply, or throws, the connection is closed,
  ///   since what would still come belongs to this call.
  /// - Throws: `CallError`, or what the body throws.
  public func stream(
    _ method: String, parameters: [UInt8] = emptyObject, _ body: (Reply) throws -> Bool
  ) throws {
    try send(Call(method: method, parameters: parameters, more: true))
    while true {
      let reply = try receive()
      if let failure = reply.failure { throw CallError.varlink(failure) }
      let goOn: Bool
      do { goOn = try body(reply) } catch {
        if reply.continues { close() }
        throw error
      }
      if !reply.continues { return }
      if !goOn { return close() }
    }
  }

  private func broken(_ error: CallError) -> CallError {
    close()
    return error
  }

  private func send(_ call: Call) throws(CallError) {
    guard let transport else { throw .closed }
    do { try transport.send(VarlinkFrame.encode(call), timeout: timeout) } catch {
      // A server that refuses a frame half-way says why before it hangs up.
      if case .connectionLost = error, let reply = try? Reply.parse(transport.receive(timeout: .zero)),
        let failure = reply.failure
      {
        throw broken(.varlink(failure))
      }
      throw broken(error)
    }
  }

  private func receive() throws(CallError) -> Reply {
    guard let transport else { throw .closed }
    let frame: [UInt8]
    do { frame = try transport.receive(timeout: timeout) } catch { throw broken(error) }
    do { return try Reply.parse(frame) } catch { throw broken(.protocolViolation(error.description)) }
  }
}
