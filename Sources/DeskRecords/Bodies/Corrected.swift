import Desk
import EventSourcing

extension Corrected: CaseBody {
  static var number: Int { 27 }
  static var blank: Corrected { Corrected(changes: Changes(), reason: "") }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    var version = voids?.rawValue
    try body.integer(1, "voids", &version)
    voids = version.map { Version($0) }
    try body.text(2, "responsible", &changes.responsible)

    try personal.text(1, "applicant", &changes.applicant)
    try personal.text(2, "phone", &changes.phone)
    try personal.text(3, "place", &changes.place)
    try personal.text(4, "subject", &changes.subject)
    try personal.presentText(12, "reason", &reason)
  }
}
