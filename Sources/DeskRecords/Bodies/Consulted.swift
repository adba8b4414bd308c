import Desk

extension Consulted: CaseBody {
  static var number: Int { 21 }
  static var blank: Consulted { Consulted(question: "", guidance: "") }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    var stored = minutes.map { UInt32(clamping: $0) }
    try body.integer(1, "minutes", &stored)
    minutes = stored.map(Int.init)

    try personal.presentText(9, "question", &question)
    try personal.presentText(10, "guidance", &guidance)
  }
}
