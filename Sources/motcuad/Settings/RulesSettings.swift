import Desk

extension RuleSet {
  /// `rules.toml`: the rules that are numbers and lists.
  init(_ file: SettingsFile) throws(SettingsError) {
    let root = file.root
    let effective = try root.parsed("effective", "2025-07-01") { CalendarDay(text: $0) }
    let term = try root.section("term")
    let source = try root.section("source")
    // Settings of before measures have none.
    let measures = try root.optionalSection("measures")
    var causes: [Cause] = []
    for section in try root.sections("cause") {
      let cause = Cause(
        id: try section.string("id"), name: try section.text(), answersForDate: try section.bool("answers_for_date"))
      guard !causes.contains(where: { $0.id == cause.id }) else {
        throw section.error("id", "nguyên nhân “\(cause.id)” ghi hai lần", "the cause \(cause.id) stands here twice")
      }
      try section.finish()
      causes.append(cause)
    }
    var holds: [Hold] = []
    for section in try root.sections("hold") {
      let hold = Hold(
        kinds: try section.strings("kinds").map { name throws(SettingsError) in
          guard let kind = CaseKind.allCases.first(where: { "\($0)" == name }) else {
            throw section.error("kinds", "không có loại hồ sơ “\(name)”", "there is no kind of case \(name)")
          }
          return kind
        },
        procedures: try section.strings("procedures"), cases: try section.strings("cases"),
        reason: try section.text(), source: try section.string("source"))
      try section.finish()
      holds.append(hold)
    }
    guard causes.contains(where: \.answersForDate) else {
      throw root.error(
        "cause", "cần ít nhất một [[cause]] có answers_for_date = true",
        "at least one [[cause]] must have answers_for_date = true")
    }
    func read(_ key: String) throws(SettingsError) -> Term {
      try term.parsed(key, "“at once”, “3 working days”, “30 days”") {
        Term(text: $0).flatMap { $0 == .imported ? nil : $0 }
      }
    }
    self.init(
      version: try root.string("version"),
      effective: effective,
      sameDayCutoff: try root.parsed("same_day_cutoff", "15:00") { TimeOfDay(text: $0) },
      reappointmentsMax: try root.int("reappointments_max", in: 0...100),
      backdatingDaysMax: try root.optionalInt("backdating_days_max", in: 0...36_500), causes: causes, holds: holds,
      enquiryTerm: try read("enquiry"), complaintTerm: try read("complaint"), assistanceTerm: try read("assistance"),
      sources: Sources(
        term: try source.string("term"), sameDay: try source.string("same_day"),
        apology: try source.string("apology"), kinds: try source.string("kinds")),
      measures: Measures(notices: try measures?.bool("notices") ?? false))
    try measures?.finish()
    try term.finish()
    try source.finish()
    try root.finish()
  }
}

extension RuleSet {
  /// Why the rules, which the file holds, are not in force on that day; nil when they are.
  func notYet(on today: CalendarDay, _ file: SettingsFile) -> SettingsError? {
    guard effective > today else { return nil }
    return file.root.error(
      "effective", "bộ quy định này có hiệu lực từ \(effective.text), chưa đến ngày",
      "this rule set is in force from \(effective.text), which is still to come")
  }
}
