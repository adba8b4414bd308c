import SwiftProtobuf

extension RecordCoding {
  /// SHA-256(0x02 ‖ key) of the case's sealing key, as a `received` record has it; nil for any other record.
  public static func keyCommitment(of record: [UInt8]) throws -> [UInt8]? {
    let stored: Vn_Motcua_Records_Record
    do {
      stored = try Vn_Motcua_Records_Record(serializedBytes: record)
    } catch {
      throw RecordError.malformed("\(error)")
    }
    guard case .received(let facts) = stored.body, !facts.keyCommitment.isEmpty else { return nil }
    return [UInt8](facts.keyCommitment)
  }
}
