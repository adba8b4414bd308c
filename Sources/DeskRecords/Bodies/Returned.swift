import Desk

extension Returned: CaseBody {
  static var number: Int { 25 }
  static var blank: Returned { Returned() }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    try personal.text(6, "authority", &authority)
    try personal.text(13, "to", &to)
  }
}
