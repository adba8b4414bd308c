import Desk
import EventSourcing

extension Notified: CaseBody {
  static var number: Int { 32 }
  static var blank: Notified { Notified(of: .none, channel: .inPerson, outcome: .failed) }
  var schema: UInt32 { 3 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    var version = of.rawValue
    try body.integer(1, "of", &version)
    of = Version(version)
    try body.word(2, "channel", &channel)
    try body.word(3, "outcome", &outcome)

    try personal.text(24, "receipt", &receipt)
  }
}
