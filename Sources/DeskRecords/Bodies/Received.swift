import Desk

extension Received: CaseBody {
  static var number: Int { 20 }
  static var blank: Received {
    Received(code: "", kind: .procedure, term: .imported, due: Timestamp(microseconds: 0))
  }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    try body.text(1, "code", &code)
    try body.word(2, "kind", &kind)
    try body.text(3, "procedure", &procedure)
    try body.day(4, "procedure_effective", &procedureEffective)
    try body.flag(5, "organisation", &isOrganisation)
    try body.word(6, "channel", &channel)
    try body.text(7, "responsible", &responsible)
    try body.term(8, "term", &term)
    try body.instant(9, "due", &due)
    try body.flag(10, "provisional", &isProvisional)
    var isUrgent = urgent != nil
    try body.flag(11, "urgent", &isUrgent)

    try personal.text(1, "applicant", &applicant)
    try personal.text(2, "phone", &phone)
    try personal.text(3, "place", &place)
    try personal.text(4, "subject", &subject)
    try personal.text(5, "handed_in_by", &handedInBy)
    try personal.text(6, "authority", &authority)
    try personal.text(7, "help", &help)
    try personal.text(8, "urgent", &urgent)
    // That it was urgent is told outside the seal; why is not.
    urgent = isUrgent ? urgent ?? "" : nil
    try personal.texts(16, "papers", &papers)
  }

  /// The commitment of the case's key, which comes after the facts.
  static func commitment(_ body: inout some FieldCoder, _ commitment: inout [UInt8]) throws(RecordError) {
    try body.bytes(12, "key_commitment", &commitment)
  }
}
