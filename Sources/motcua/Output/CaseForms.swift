import DeskInterface

/// Cases, one a row.
struct CaseTable {
  private var table: Table
  private let language: Language

  init(_ language: Language) {
    self.language = language
    table = Table([
      language.say("Mã hồ sơ", "Code"), language.say("Người nộp", "Applicant"), language.say("Thủ tục", "Procedure"),
      language.say("Hạn", "Due"), language.say("Tình trạng", "Status"), language.say("Phụ trách", "Clerk"),
    ])
  }

  mutating func add(_ item: Wire.Case) {
    table.add([
      item.code, item.applicant ?? "—", language.matter(item), language.dates(item),
      ([language.status(item)] + [language.timeliness(item)].compactMap(\.self)).joined(separator: " · "),
      item.clerk,
    ])
    if let note = item.importNote(language) { table.add(note: note) }
  }

  func print(to output: Output) throws {
    guard table.isEmpty else { return try table.print(to: output) }
    Notice.line(language.say("Không có hồ sơ nào.", "No cases."))
  }
}

extension Language {
  /// When it was promised, and the later appointment if there is one.
  func dates(_ item: Wire.Case) -> String {
    item.firstDue == item.due ? tabular(item.due) : "\(tabular(item.firstDue)) → \(tabular(item.due))"
  }

  /// What the case is about: its procedure, else its kind.
  func matter(_ item: Wire.Case) -> String {
    item.procedureName.map(say) ?? item.procedure ?? (item.imported ? procedureNotNamed : word(item.kind))
  }

  /// Of a case from a register: every one of these counts as a procedure here, whatever it was there.
  var procedureNotNamed: String { say("sổ cũ không ghi", "not named in the register") }
}

/// One case in full.
enum CaseForm {
  static func lines(_ item: Wire.Case, _ language: Language) -> [String] {
    var fields: [(String, String)] = []
    func add(_ vi: String, _ en: String, _ value: String?) {
      if let value, !value.isEmpty { fields.append((language.say(vi, en), value)) }
    }
    let reappointed = item.reappointments > 0
    add("Thủ tục", "Procedure", language.matter(item))
    add(
      "Người nộp", "Applicant",
      item.applicant.map { $0 + (item.organisation ? language.say(" (tổ chức)", " (organisation)") : "") })
    add("Điện thoại", "Phone", item.phone)
    add("Nơi ở", "Place", item.place)
    add("Nội dung", "Subject", item.subject)
    add("Dân vội", "Urgent", item.urgent)
    add("Cách nộp", "Channel", language.word(item.channel))
    add("Giấy tờ", "Papers", item.papers.joined(separator: "; "))
    add("Người nộp thay", "Handed in by", item.handedInBy)
    add("Giấy ủy quyền", "Authority", item.authority)
    add("Đã giúp", "Help given", item.help)
    add("Tiếp nhận", "Received", language.spoken(item.receivedAt) + (item.imported ? "" : " · \(item.receiver)"))
    add("Phụ trách", "Responsible", item.responsible)
    add("Thời hạn", "Term", language.word(item.term))
    add("Hạn đầu", "First due", reappointed ? language.spoken(item.firstDue) : nil)
    add(
      "Hạn", "Due", language.spoken(item.due) + (item.provisional ? language.say(" (tạm tính)", " (provisional)") : ""))
    add("Hẹn lại", "New dates", reappointed ? secondDate(item, language) : nil)
    add(
      "Kết quả", "Outcome",
      item.outcome.map { outcome in
        ([language.word(outcome)] + [item.outcomeReason, item.documentNumber, item.signedBy].compactMap(\.self))
          .joined(separator: " · ")
      })
    if item.isClosedByRegister {
      add("Khép", "Closed", item.resolvedAt.map { language.spoken($0) })
    } else {
      add("Có kết quả", "Resolved", item.resolvedAt.map { language.spoken($0) })
    }
    add(
      "Trả kết quả", "Handed over",
      item.returnedAt.map { at in
        ([language.spoken(at)] + [item.returnedTo].compactMap(\.self)).joined(separator: " · ")
      })
    add("Rút", "Withdrawn", item.withdrawnAt.map { language.spoken($0) })
    add(
      "Đã xóa dữ liệu", "Erased",
      item.erasedAt.map { at in
        language.say(
          "lúc \(language.spoken(at)) theo \(item.erasedUnder ?? "—")",
          "at \(language.spoken(at)) under \(item.erasedUnder ?? "—")")
      })
    add(
      "Phiên bản", "Version",
      String(item.version) + (item.imported ? language.say(" · nhập từ sổ cũ", " · imported") : ""))
    add("Nguồn", "From", item.importedAt == nil ? nil : item.importNote(language))
    let status = [language.status(item), language.timeliness(item)].compactMap(\.self).joined(separator: " · ")
    let width = fields.map { Terminal.width($0.0) }.max() ?? 0
    return ["\(item.code)  \(status)"]
      + fields.map { label, value in
        "  \(label)\(String(repeating: " ", count: width - Terminal.width(label)))  \(value)"
      }
  }

  private static func secondDate(_ item: Wire.Case, _ language: Language) -> String {
    let times = language.say("\(item.reappointments) lần", "\(item.reappointments)")
    guard let kept = item.secondDateKept else { return times }
    return times + " · "
      + (kept
        ? language.say("giữ đúng hẹn lại", "the new date was kept")
        : language.say("lại trễ hẹn", "the new date was broken"))
  }
}
