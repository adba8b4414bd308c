public import Varlink

extension Connection {
  /// As `call`, with typed parameters and a typed reply.
  public func call<Method: WireMethod>(_ method: Method) throws(CallError) -> Method.Answer {
    try Self.read(try call(Method.method, parameters: method.json))
  }

  /// As `stream`, with typed parameters and typed replies.
  public func stream<Method: WireMethod>(_ method: Method, _ body: (Method.Answer) throws -> Bool) throws {
    try stream(Method.method, parameters: method.json) { reply in try body(try Self.read(reply)) }
  }

  private static func read<Answer: JSONReadable>(_ reply: Reply) throws(CallError) -> Answer {
    do { return try reply.read() } catch { throw .unreadable("\(Answer.self): \(error)") }
  }
}
