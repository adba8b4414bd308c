/// The rules as their canonical text, which is what the ledger keeps of them.
struct RulesAdopted: OfficeBody {
  var text: String

  static var number: Int { 28 }
  static var blank: RulesAdopted { RulesAdopted(text: "") }
  var schema: UInt32 { 1 }

  mutating func fields(_ body: inout some FieldCoder) throws(RecordError) {
    try body.text(1, "text", &text)
  }
}
