import Desk

extension Progressed: CaseBody {
  static var number: Int { 22 }
  static var blank: Progressed { Progressed(step: "") }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    try personal.text(14, "by", &by)
    try personal.presentText(17, "step", &step)
    try personal.text(18, "group", &group)
  }
}
