import Desk

extension Procedure: RuleText {
  static var blank: Procedure {
    Procedure(
      id: "", aliases: [], nationalID: nil, name: .blank, term: .atOnce, papers: [], fee: .blank, source: "",
      effective: CalendarDay(number: 0), isConfirmed: false)
  }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.texts("aliases", &aliases)
    try json.value("effective", &effective)
    try json.object("fee", &fee)
    try json.text("id", &id)
    try json.flag("isConfirmed", &isConfirmed)
    try json.object("name", &name)
    try json.text("nationalID", &nationalID)
    try json.texts("papers", &papers)
    try json.text("source", &source)
    try json.value("term", &term)
  }
}
