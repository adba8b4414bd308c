import Varlink

extension Connection {
  /// As `call`, with typed parameters and a typed reply.
  public func call<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, returning type: Reply.Type
  ) throws(CallError) -> Reply {
    let reply = try call(method, parameters: try Self.encode(parameters))
    return try Self.decode(type, from: reply.parameters)
  }

  /// As `stream`, with typed parameters and typed replies.
  public func stream<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, of type: Reply.Type, _ body: (Reply) throws -> Bool
  ) throws {
    try stream(method, parameters: try Self.encode(parameters)) { reply in
      try body(try Self.decode(type, from: reply.parameters))
    }
  }

  private static func encode(_ value: some Encodable) throws(CallError) -> [UInt8] {
    do { return try Coding.encode(value) } catch { throw .coding(error) }
  }

  private static func decode<T: Decodable>(_ type: T.Type, from json: [UInt8]) throws(CallError) -> T {
    do { return try Coding.decode(type, from: json) } catch { throw .coding(error) }
  }
}
