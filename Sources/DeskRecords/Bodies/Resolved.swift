import Desk

extension Resolved: CaseBody {
  static var number: Int { 24 }
  static var blank: Resolved { Resolved(outcome: nil) }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    try body.word(1, "outcome", &outcome)
    try body.flag(2, "closes", &closes)

    try personal.text(12, "reason", &reason)
    try personal.text(21, "document_number", &documentNumber)
    try personal.text(22, "signed_by", &signedBy)
  }
}
