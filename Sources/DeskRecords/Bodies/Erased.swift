import Desk

extension Erased: CaseBody {
  static var number: Int { 29 }
  static var blank: Erased { Erased(basis: "") }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    // Outside the seal: it names a law and no person.
    try body.text(1, "basis", &basis)
  }
}
