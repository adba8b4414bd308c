import DeskInterface

extension Refusal {
  /// Refusals about when something happened, about corrections and about versions.
  func entryWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .inFuture(let error):
      let (time, now) = (language.spoken(error.time), language.spoken(error.now))
      return Words(
        language.say("\(time) chưa đến; bây giờ là \(now).", "\(time) is yet to come; it is \(now) now."),
        line.without("--at", "--why", "--as-of"))
    case .backdatingNeedsReason(let error):
      let time = language.spoken(error.time)
      return Words(
        language.say("Ghi muộn việc lúc \(time) thì phải nói vì sao.", "Recording \(time) only now needs a reason."),
        line.with("--why", Dictation.dash))
    case .backdatedTooFar(let error):
      let (time, needed) = (language.spoken(error.time), error.needed.said(language.word))
      return Words(
        language.say(
          "Việc lúc \(time) đã qua \(error.days) ngày; quá \(error.daysMax) ngày thì chỉ \(needed) mới được ghi; hãy nhờ người đó chạy:",
          "\(time) is \(language.counted(error.days, "day")) ago; beyond \(error.daysMax) a \(needed) records it, ask for:"
        ),
        line.with("--on-behalf-of", OwnAccount.name ?? "…"))
    case .backdatingAcrossDue(let error):
      let (time, due) = (language.spoken(error.time), language.spoken(error.due))
      return Words(
        language.say(
          "Không ghi lùi đến \(time) được: hạn \(due) đã qua, trễ không thể thành đúng hạn.",
          "It cannot be dated back to \(time): the due date \(due) has passed, and late may not turn into on time."),
        line.without("--at", "--why"))
    case .beforeReceipt(let error):
      let (time, received) = (language.spoken(error.time), language.spoken(error.receivedAt))
      if let version = error.of {
        return Words(
          language.say(
            "\(time) là trước v\(version) (\(received)), mà việc này phải đến sau.",
            "\(time) is before v\(version) (\(received)), which it has to follow."),
          line.without("--at", "--why"))
      }
      return Words(
        language.say("\(time) là trước khi tiếp nhận (\(received)).", "\(time) is before the receipt (\(received))."),
        line.without("--at", "--why"))
    case .notVoidable(let error):
      return Words(
        language.say(
          "Không hủy được v\(error.version) của hồ sơ \(error.code): \(error.reason.said { Self.why($0, .vi) }).",
          "v\(error.version) of case \(error.code) cannot be voided: \(error.reason.said { Self.why($0, .en) })."),
        CommandLineText(["history", error.code]))
    case .nothingToCorrect(let error):
      let code = error.code
      return Words(
        language.say("Lệnh này không đổi gì ở hồ sơ \(code).", "This command changes nothing in case \(code)."),
        CommandLineText(["show", code]))
    case .tooManyEvents(let error):
      let (code, events, most) = (error.code, language.grouped(error.events), language.grouped(error.eventsMax))
      return Words(
        language.say(
          "Hồ sơ \(code) đã có \(events) sự kiện, nhiều nhất là \(most): chỉ còn ghi được kết quả, trả kết quả, rút, xóa dữ liệu và những gì còn nợ người dân.",
          "Case \(code) has \(events) events, and \(most) is the most: it can still be resolved, handed over, withdrawn and erased, and what is owed be settled."
        ),
        CommandLineText(["show", code]))
    case .versionConflict(let error):
      guard !error.code.isEmpty else {
        return Words(
          language.say("Hồ sơ mới thì chưa có phiên bản nào.", "A new case has no version yet."),
          line.without("--expect"))
      }
      return Words(
        language.say(
          "Hồ sơ \(error.code) đang ở phiên bản \(error.actual), không phải \(error.expected): có người vừa ghi thêm.",
          "Case \(error.code) is at version \(error.actual), not \(error.expected): somebody has added to it."),
        CommandLineText(["history", error.code]))
    default: return nil
    }
  }

  private static func why(_ reason: Wire.NotVoidableReason, _ language: Language) -> String {
    switch reason {
    case .noSuchEvent: language.say("không có sự kiện đó", "there is no such event")
    case .notToday: language.say("không được ghi trong hôm nay", "it was not recorded today")
    case .alreadyVoided: language.say("đã hủy rồi", "it is voided already")
    case .receiptOrCorrection: language.say("tiếp nhận và đính chính không hủy được", "a receipt or a correction stays")
    case .laterEventStands:
      language.say(
        "có sự kiện sau dựa vào nó, hãy hủy sự kiện đó trước", "a later event builds on it and must be voided first")
    }
  }
}
