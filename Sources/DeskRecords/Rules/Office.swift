import Desk

extension Office: RuleText {
  static var blank: Office {
    Office(name: .blank, place: .blank, codePrefix: "", utcOffset: .utc, opens: .midnight, closes: .midnight)
  }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.value("closes", &closes)
    try json.text("codePrefix", &codePrefix)
    try json.object("name", &name)
    try json.value("opens", &opens)
    try json.object("place", &place)
    try json.value("utcOffset", &utcOffset)
  }
}
