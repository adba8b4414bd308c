private import FoundationEssentials

/// The only place where typed values become JSON and back.
public enum Coding {
  /// A value that JSON cannot hold, or JSON that is not of the wanted type.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    /// The path to the value and what is wrong with it.
    public let description: String
  }

  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return encoder
  }()

  private static let sortingEncoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    return encoder
  }()

  private static let decoder = JSONDecoder()

  public static func encode<T: Encodable>(_ value: T) throws(Failure) -> [UInt8] {
    try encode(value, encoder)
  }

  /// With the members of each object in the order of their names, so that equal values give equal text.
  public static func encodeSorted<T: Encodable>(_ value: T) throws(Failure) -> [UInt8] {
    try encode(value, sortingEncoder)
  }

  private static func encode<T: Encodable>(_ value: T, _ encoder: JSONEncoder) throws(Failure) -> [UInt8] {
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      throw Failure(description: "cannot encode \(T.self): \(error)")
    }
  }

  /// Decodes JSON that passed the gate; on its own it takes more than that lets through.
  public static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(Failure) -> T {
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch {
      throw Failure(description: "cannot decode \(T.self): \(error)")
    }
  }
}
