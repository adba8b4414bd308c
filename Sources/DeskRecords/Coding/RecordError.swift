/// Why a record cannot be read.
public enum RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformed(String)
  case newerSchema(UInt32)
  /// The record is whole, but what it seals does not open with its key.
  case sealBroken(slot: UInt64)

  public var description: String {
    switch self {
    case .malformed(let what): "a record that cannot be read: \(what)"
    case .newerSchema(let schema):
      "a record of schema \(schema), and this release knows only schema \(RecordCoding.schema): run the newer release"
    case .sealBroken(let slot): "the sealed part of a record does not open with key \(slot)"
    }
  }
}
