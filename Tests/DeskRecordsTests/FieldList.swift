@testable import DeskRecords

/// Only notes what it is led through.
struct FieldList: FieldCoder {
  private(set) var fields: [Field] = []

  mutating func number(_ field: Field, _ value: inout UInt64?) { fields.append(field) }
  mutating func text(_ field: Field, _ value: inout String?) { fields.append(field) }
  mutating func texts(_ field: Field, _ value: inout [String]) { fields.append(field) }
  mutating func bytes(_ field: Field, _ value: inout [UInt8]?) { fields.append(field) }

  var isAscending: Bool { zip(fields, fields.dropFirst()).allSatisfy { $0.number < $1.number } }
  var lines: [String] {
    fields.map { field in
      let (rule, type) =
        switch field.form {
        case .strings: ("repeated ", "string")
        case .enumeration: ("", "enumeration")
        case .uint32, .uint64, .sint32, .sint64, .bool, .string, .bytes:
          (field.isOptional ? "optional " : "", "\(field.form)")
        }
      return "\(rule)\(type) \(field.name) = \(field.number)"
    }
  }
}
