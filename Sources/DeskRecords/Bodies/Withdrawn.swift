import Desk

extension Withdrawn: CaseBody {
  static var number: Int { 26 }
  static var blank: Withdrawn { Withdrawn(reason: "") }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    try personal.presentText(12, "reason", &reason)
    try personal.text(14, "by", &by)
  }
}
