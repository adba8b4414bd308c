import Desk

extension RuleSet: RuleText {
  static var blank: RuleSet {
    RuleSet(
      version: "", effective: CalendarDay(number: 0), sameDayCutoff: .midnight, reappointmentsMax: 0, causes: [],
      enquiryTerm: .atOnce, complaintTerm: .atOnce, assistanceTerm: .atOnce, sources: .blank)
  }

  /// Rules that were recorded before there were holds, a bound of back-dating, or measures, have none.
  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.value("assistanceTerm", &assistanceTerm)
    try json.integer("backdatingDaysMax", &backdatingDaysMax)
    try json.objects("causes", &causes)
    try json.value("complaintTerm", &complaintTerm)
    try json.value("effective", &effective)
    try json.value("enquiryTerm", &enquiryTerm)
    try json.laterObjects("holds", &holds)
    try json.laterObject("measures", &measures)
    try json.integer("reappointmentsMax", &reappointmentsMax)
    try json.value("sameDayCutoff", &sameDayCutoff)
    try json.object("sources", &sources)
    try json.text("version", &version)
  }
}

extension RuleSet.Measures: RuleText {
  static var blank: RuleSet.Measures { .init() }

  /// The lowest schema whose releases know all that is on. Each measure came with one: the greatest of them it is.
  var schema: UInt32 { notices ? 3 : 1 }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.laterFlag("notices", &notices)
  }
}

extension RuleSet.Cause: RuleText {
  static var blank: RuleSet.Cause { .init(id: "", name: .blank, answersForDate: false) }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.flag("answersForDate", &answersForDate)
    try json.text("id", &id)
    try json.object("name", &name)
  }
}

extension RuleSet.Sources: RuleText {
  static var blank: RuleSet.Sources { .init(term: "", sameDay: "", apology: "", kinds: "") }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.text("apology", &apology)
    try json.text("kinds", &kinds)
    try json.text("sameDay", &sameDay)
    try json.text("term", &term)
  }
}

extension Hold: RuleText {
  static var blank: Hold { Hold(kinds: [], procedures: [], cases: [], reason: .blank, source: "") }

  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure) {
    try json.texts("cases", &cases)
    try json.words("kinds", &kinds)
    try json.texts("procedures", &procedures)
    try json.object("reason", &reason)
    try json.text("source", &source)
  }
}
