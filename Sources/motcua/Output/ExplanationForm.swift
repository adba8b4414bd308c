import DeskInterface

/// How a due date came about.
enum ExplanationForm {
  static func lines(_ explanation: Wire.Explanation, _ language: Language, columns: Int?) -> [String] {
    let received = language.spoken(explanation.receivedAt)
    let due = language.spoken(explanation.firstDue)
    let receipt = language.say("tiếp nhận \(received)", "received \(received)")
    var lines = ["\(explanation.code)  \(receipt) · \(language.word(explanation.term))"]
    lines += DayRow.lines(explanation.days, language, columns: columns)
    lines += DayRow.notes(explanation.days, language).map { "  \($0)" }
    lines.append(
      language.say("Hạn \(due)", "Due \(due)")
        + (explanation.provisional ? language.say(" (tạm tính)", " (provisional)") : ""))
    lines.append(language.say("Quy định: \(explanation.rule.vi)", "Rule: \(explanation.rule.en)"))
    if !explanation.source.isEmpty { lines.append(language.say("Nguồn: ", "Source: ") + explanation.source) }
    if let at = explanation.importedAt {
      let brought = language.imported(at: at, by: explanation.importedBy ?? "—", from: explanation.importedFrom)
      lines.append(language.say("Hồ sơ \(brought)", "The case was \(brought)"))
    }
    for appointment in explanation.appointments.dropFirst() {
      let due = language.spoken(appointment.due)
      let made = language.spoken(appointment.madeAt)
      let cause = appointment.cause.map { " (\(language.word(cause: $0)))" } ?? ""
      lines.append(language.say("Hẹn lại \(due)\(cause), báo lúc \(made)", "New date \(due)\(cause), given \(made)"))
    }
    return lines + (explanation.notices ?? []).map { notice($0, language) }
  }

  private static func notice(_ notice: Wire.Promise, _ language: Language) -> String {
    let due = notice.due.map { language.spoken($0) }
    let date = due.map { language.say(", hạn \($0)", ", due \($0)") } ?? ""
    let state =
      switch (notice.owed, notice.broken) {
      case (true, false): language.say("còn nợ", "owed")
      case (true, true): language.say("còn nợ, quá hạn", "owed, past its date")
      case (false, false): language.say("không còn nợ", "owed no more")
      case (false, true): language.say("không còn nợ, đã quá hạn", "owed no more, its date was not kept")
      }
    return language.say(
      "Thông báo về v\(notice.madeBy)\(date): \(state)", "Notice of v\(notice.madeBy)\(date): \(state)")
  }
}
