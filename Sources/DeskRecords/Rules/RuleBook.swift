import Desk

extension RuleBook: RuleText {
  static var blank: RuleBook { RuleBook(office: .blank, calendar: .blank, procedures: [], rules: .blank) }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.object("calendar", &calendar)
    try json.object("office", &office)
    try json.objects("procedures", &procedures)
    try json.object("rules", &rules)
  }
}

extension Text: RuleText {
  static var blank: Text { Text(vi: "", en: "") }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.text("en", &en)
    try json.text("vi", &vi)
  }
}
