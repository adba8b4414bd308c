import Foundation
import Fuzzing
import Varlink

/// What our coder reads, Foundation's reads to the same value; what it writes passes the gate and is read again.
func checkCoder(_ frame: [UInt8], _ node: JSONNode, besideFoundation: Bool) {
  checkCoder(AnyValue.self, frame, node, besideFoundation)
  checkCoder(Shape.self, frame, node, besideFoundation)
}

private func checkCoder<T: Codable & Equatable>(
  _ type: T.Type, _ frame: [UInt8], _ node: JSONNode, _ besideFoundation: Bool
) {
  guard let value = try? Coding.decode(type, from: node) else { return }
  func isReadByFoundation(_ text: [UInt8]) -> Bool {
    !besideFoundation || (try? JSONDecoder().decode(type, from: Data(text))) == value
  }
  require((try? Coding.decode(type, from: frame)) == value, "a text and its node are read alike")
  require(isReadByFoundation(frame), "Foundation decodes the same: \(value)")
  guard let written = try? Coding.encode(value), let sorted = try? Coding.encodeSorted(value) else {
    fail("what is read can be written: \(value)")
  }
  for text in [written, sorted] {
    require((try? Coding.decode(type, from: text)) == value, "what is written is read again")
    require(isReadByFoundation(text), "and so by Foundation")
  }
  require((try? Coding.encodeSorted(value)) == sorted, "equal values give equal text")
}

/// A type such as those of the wire: everything may be missing, and it nests.
private struct Shape: Codable, Equatable {
  var a: Int?
  var b: String?
  var c: [Shape]?
  var d: Bool?
  var e: Double?
  var f: [String: UInt8]?
  var method: String?
  var parameters: [String: AnyValue]?
}

/// Any JSON; numbers as doubles, because Foundation takes 1.0 for an integer and we do not.
private enum AnyValue: Codable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  /// In UTF-8, because equal strings need not be the same.
  case string([UInt8])
  case array([AnyValue])
  case object([String: AnyValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let string = try? container.decode(String.self) {
      self = .string(Array(string.utf8))
    } else if let array = try? container.decode([AnyValue].self) {
      self = .array(array)
    } else {
      self = .object(try container.decode([String: AnyValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let bool): try container.encode(bool)
    case .number(let number): try container.encode(number)
    case .string(let utf8): try container.encode(String(decoding: utf8, as: UTF8.self))
    case .array(let array): try container.encode(array)
    case .object(let object): try container.encode(object)
    }
  }
}
