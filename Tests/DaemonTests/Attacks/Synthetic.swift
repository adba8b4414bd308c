import DeskInterface
import Foundation
import Varlink

/// JSON of whatever shape an interface describes, with one text in every string.
struct Synthetic {
  let interface: InterfaceDescription
  let text: String
  /// What is answered of a type that has a few words and a name; the first of its words where it is not here.
  var words: [String: String] = [:]

  static func interfaces() throws -> [InterfaceDescription] {
    try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) }
  }

  func object(_ fields: [Field], depth: Int = 0) -> String {
    "{" + fields.map { "\"\($0.name)\":\(value($0.type, depth: depth))" }.joined(separator: ",") + "}"
  }

  private func value(_ type: FieldType, depth: Int) -> String {
    switch type {
    case .bool: return "true"
    case .int: return "3"
    case .float: return "1.5"
    case .string: return Self.quoted(text)
    case .object: return "{}"
    case .enumeration(let words): return "\"\(words.first ?? "")\""
    case .structure(let fields): return object(fields, depth: depth + 1)
    case .array(let element): return depth > 6 ? "[]" : "[\(value(element, depth: depth + 1))]"
    case .map(let element): return "{\(Self.quoted(text)):\(value(element, depth: depth + 1))}"
    case .nullable(let wrapped): return depth > 6 ? "null" : value(wrapped, depth: depth)
    case .named(let name):
      if let word = words[name] { return Self.quoted(word) }
      return interface.type(named: name).map { value($0, depth: depth) } ?? "null"
    }
  }

  /// Every control as an escape, everything else as it is.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case _ where scalar.value < 0x20: result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
