/// The only place where typed values become JSON and back.
public enum Coding {
  /// A value that JSON cannot hold, or JSON that is not of the wanted type.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    /// The path to the value and what is wrong with it.
    public let description: String
  }

  /// The members of each object in the order in which their type declares them.
  public static func encode<T: Encodable>(_ value: T) throws(Failure) -> [UInt8] {
    try encode(value, JSONOutput())
  }

  /// With the members of each object in the order of their names, so that equal values give equal text.
  public static func encodeSorted<T: Encodable>(_ value: T) throws(Failure) -> [UInt8] {
    try encode(value, JSONOutput(isSorted: true))
  }

  private static func encode<T: Encodable>(_ value: T, _ output: JSONOutput) throws(Failure) -> [UInt8] {
    do { try output.write(value: value) } catch { throw Failure(description: "cannot encode \(T.self): \(error)") }
    return output.bytes
  }

  /// Decodes JSON, which passes the gate here.
  public static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(Failure) -> T {
    let node: JSONNode
    do { node = try StrictJSON.parse(bytes) } catch {
      throw Failure(description: "cannot decode \(T.self): \(error)")
    }
    return try decode(type, from: node)
  }

  /// Decodes a value of a text that passed the gate.
  public static func decode<T: Decodable>(_ type: T.Type, from node: JSONNode) throws(Failure) -> T {
    do { return try JSONValueDecoder(node: node).value(type) } catch {
      throw Failure(description: "cannot decode \(T.self): \(error)")
    }
  }
}
