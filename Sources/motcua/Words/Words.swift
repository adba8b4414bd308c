import DeskInterface
import Wording

/// The office's words for what the wire names.
extension Language {
  func word(_ status: Wire.Status) -> String {
    switch status {
    case .received: say("Đã tiếp nhận", "Received")
    case .processing: say("Đang xử lý", "In progress")
    case .awaitingSupplement: say("Chờ bổ sung", "Awaiting supplement")
    case .ready: say("Đã có kết quả", "Result ready")
    case .returned: say("Đã trả kết quả", "Result handed over")
    case .withdrawn: say("Đã rút", "Withdrawn")
    }
  }

  func word(_ kind: Wire.CaseKind) -> String {
    switch kind {
    case .procedure: say("thủ tục", "procedure")
    case .enquiry: say("hỏi", "enquiry")
    case .complaint: say("phàn nàn", "complaint")
    case .assistance: say("nhờ", "assistance")
    }
  }

  func word(_ channel: Wire.Channel) -> String {
    switch channel {
    case .counter: say("tại quầy", "at the counter")
    case .online: say("trực tuyến", "online")
    case .onlineAssisted: say("trực tuyến, có người giúp", "online, with help")
    case .post: say("bưu điện", "by post")
    case .phone: say("điện thoại", "by phone")
    case .home: say("tại nhà", "at home")
    case .other: say("cách khác", "another way")
    }
  }

  func word(_ outcome: Wire.Outcome) -> String {
    switch outcome {
    case .granted: say("đồng ý giải quyết", "granted")
    case .refused: say("từ chối", "refused")
    case .answered: say("đã trả lời", "answered")
    }
  }

  func word(_ role: Wire.Role) -> String {
    switch role {
    case .reader: say("người xem", "reader")
    case .clerk: say("cán bộ một cửa", "clerk")
    case .supervisor: say("người phụ trách", "supervisor")
    case .operatorRole: say("người vận hành", "operator")
    case .relay: say("tài khoản lưu trữ sổ", "relay")
    }
  }

  func word(_ term: Wire.Term) -> String {
    switch term.kind {
    case .known(.atOnce): say("giải quyết ngay", "at once")
    case .known(.workingDays):
      say("\(term.count) ngày làm việc", "\(term.count) working \(term.count == 1 ? "day" : "days")")
    case .known(.days): say("\(term.count) ngày", "\(term.count) \(term.count == 1 ? "day" : "days")")
    case .known(.imported): say("theo sổ cũ", "as imported")
    case .newer(let kind): "\(term.count) \(kind)"
    }
  }

  func word(_ reason: Wire.Reason) -> String {
    switch reason {
    case .apologyOwed: say("trễ hẹn, nợ lời xin lỗi", "broken date, apology owed")
    case .overdue: say("quá hạn", "past due")
    case .handOver: say("chờ trả kết quả", "to be handed over")
    case .urgent: say("dân đang vội", "urgent")
    case .dueToday: say("hạn hôm nay", "due today")
    case .open: say("đang mở", "open")
    }
  }

  /// The causes of apologies that an office begins with; one that it added keeps its own name.
  func word(cause: String) -> String {
    switch cause {
    case "late": say("trễ hẹn", "a missed date")
    case "lostFile": say("mất hồ sơ", "a lost file")
    case "error": say("sai sót", "an error")
    case "conduct": say("thái độ", "conduct")
    case "wait": say("phải chờ lâu", "a long wait")
    default: cause
    }
  }

  /// The words for late: ended late, open past due, a promised date missed.
  func timeliness(_ item: Wire.Case) -> String? {
    let words = [
      item.late ? item.open ? say("quá hạn", "past due") : say("trễ hạn", "late") : nil,
      item.apologyOwed ? say("trễ hẹn, nợ lời xin lỗi", "apology owed") : nil,
    ].compactMap(\.self)
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// `1 row`, `2 rows`: for English only, since Vietnamese nouns have one form.
  func counted(_ number: Int, _ noun: String) -> String { "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")" }

  /// Numbers as people read them: a point between thousands in Vietnamese, a comma in English.
  func grouped(_ number: Int) -> String { self == .vi ? number.groupedVi : number.groupedEn }

  /// What the system says of a failed call (`errno`).
  func system(_ code: Int32) -> String {
    let text = SystemErrorText(code)
    return say(text.vi, text.en)
  }
}
