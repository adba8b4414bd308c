import Desk
import DeskInterface

/// What a command says when it is recorded: the case, and the next duty in one line.
enum ReceiptForm {
  static func lines(_ receipt: Wire.Receipt, _ language: Language) -> [String] {
    let again = language.say(" (đã ghi từ trước, không ghi lại)", " (recorded before, not again)")
    let head = "\(receipt.code)  \(language.status(receipt))\(receipt.repeated ? again : "")"
    return [head, nextDuty(receipt, language)] + backups(receipt, language)
  }

  /// Of an erasure: what can still open the case.
  private static func backups(_ receipt: Wire.Receipt, _ language: Language) -> [String] {
    if receipt.keyBackupsUnknown == true {
      return [
        language.say(
          "Không biết còn bao nhiêu bản sao lưu khóa từ trước vẫn mở được hồ sơ này: hãy tự kiểm tra và hủy chúng khi có bản mới.",
          "How many backups of the keys from before may still open this case cannot be told: look for them, and destroy them when "
            + "there is a new one.")
      ]
    }
    guard let count = receipt.keyBackups, count > 0 else { return [] }
    return [
      language.say(
        "Còn có thể có \(language.grouped(count)) bản sao lưu khóa từ trước vẫn mở được hồ sơ này: hãy hủy chúng khi có bản mới.",
        "Up to \(language.counted(count, "backup")) of the keys from before may still be there and open this case: destroy them "
          + "when there is a new one.")
    ]
  }

  static func nextDuty(_ receipt: Wire.Receipt, _ language: Language) -> String {
    var parts: [String] = []
    switch receipt.status {
    case .known(.received), .known(.processing), .known(.awaitingSupplement):
      let due = language.spoken(receipt.due, reference: receipt.at)
      parts.append(language.say("Hạn \(due)", "Due \(due)"))
      if receipt.provisional { parts.append(language.say("tạm tính", "provisional")) }
      if receipt.late { parts.append(language.say("quá hạn", "past due")) }
    case .known(.ready), .known(.returned):
      parts.append(receipt.late ? language.say("Trễ hạn", "Late") : language.say("Đúng hạn", "On time"))
    case .known(.withdrawn): parts.append(language.say("Đã rút", "Withdrawn"))
    case .newer: break
    }
    let owed = receipt.owes.compactMap { duty($0, of: receipt, language) }
    parts += owed.isEmpty ? [language.say("không nợ gì", "owes nothing")] : owed
    return parts.joined(separator: " · ")
  }

  /// Nil for a decision that is not due yet: nobody owes what was promised for later.
  private static func duty(_ duty: Wire.Duty, of receipt: Wire.Receipt, _ language: Language) -> String? {
    let at = language.spoken(duty.at, reference: receipt.at)
    switch duty.kind {
    case .known(.apology): return language.say("nợ lời xin lỗi từ \(at)", "owes an apology since \(at)")
    case .known(.handOver): return language.say("chờ trả kết quả từ \(at)", "to be handed over since \(at)")
    case .known(.decision):
      guard let since = Moment(duty.at), let now = Moment(receipt.at), since.at < now.at
      else { return nil }
      return language.say("nợ kết quả từ \(at)", "owes a result since \(at)")
    case .known(.notice): return language.say("nợ dân thông báo, hạn \(at)", "owes a notice, due \(at)")
    case .newer(let kind): return "\(kind) \(at)"
    }
  }
}

extension Wire.Receipt {
  /// The office's time when it was recorded.
  fileprivate var at: String { now ?? recordedAt }
}
