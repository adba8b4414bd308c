import DeskInterface

/// One recorded event in one line: when, which version, who, what.
enum EventLine {
  /// - Parameter isErased: the case was erased later on, which is why what is personal is not there.
  static func text(
    _ event: Wire.Event, isVoided: Bool = false, isErased: Bool = false, showsCode: Bool, _ language: Language
  ) -> String {
    let what = details(event, language)
    var parts = [language.tabular(event.occurredAt)]
    if showsCode { parts.append(event.code ?? language.say("cơ quan", "the office")) }
    let who = event.onBehalfOf.map { language.say(" thay cho \($0)", " on behalf of \($0)") } ?? ""
    parts += ["v\(event.version)", event.account + who, language.word(event.type) + (what.isEmpty ? "" : ": \(what)")]
    if event.occurredAt != event.recordedAt, !event.imported {
      let at = language.tabular(event.recordedAt)
      // Without a reason it is no late entry: the ledger was ahead of the office's clock.
      let why = event.lateEntryReason.map { ": \($0)" } ?? ""
      parts.append(language.say("(ghi lúc \(at)\(why))", "(recorded \(at)\(why))"))
    }
    if event.closed == true {
      parts.append(
        isErased
          ? language.say("(dữ liệu cá nhân đã xóa)", "(what was personal is erased)")
          : language.say("(dữ liệu cá nhân còn niêm phong)", "(what is personal is sealed)"))
    }
    if isVoided { parts.append(language.say("(đã hủy)", "(voided)")) }
    return parts.joined(separator: "  ")
  }

  private static func restored(_ event: Wire.Restored, _ language: Language) -> String {
    let (first, last) = (event.size + 1, event.knownSize)
    let witness =
      switch event.witness {
      case "views": language.say("các bảng tra cứu", "what the views had seen")
      case "signed-heads": language.say("các điểm chốt đã ký", "what was signed")
      case let key: language.say("điểm chốt của \(key)", "a checkpoint of \(key)")
      }
    let lost =
      if event.unknownEnd == true {
        language.say(
          "không biết mất bao nhiêu sau sự kiện \(event.size)", "what is lost after event \(event.size) is unknown")
      } else if last < first {
        language.say(
          "có đủ đến sự kiện \(last) (theo \(witness))", "whole up to event \(last) (by \(witness))")
      } else {
        language.say(
          "mất sự kiện \(first) đến \(last) (theo \(witness))",
          "events \(first) to \(last) are lost (by \(witness))")
      }
    let floor = event.serialFloor.flatMap { serial in
      event.floorLast.map { day in
        let day = language.day(day)
        return language.say(
          "mã các ngày đến \(day) bắt đầu sau \(serial)", "codes of days up to \(day) begin after \(serial)")
      }
    }
    let erasures = event.erasures.map {
      language.say("\(language.grouped($0)) hồ sơ được xóa lại", "\(language.counted($0, "case")) erased again")
    }
    return joined([lost, floor, erasures])
  }

  private static func details(_ event: Wire.Event, _ language: Language) -> String {
    if event.closed == true { return closedDetails(event, language) }
    if let event = event.erased { return language.say("theo \(event.basis)", "under \(event.basis)") }
    if let event = event.restored {
      return restored(event, language)
    }
    if let event = event.clockAccepted {
      let (shown, expected) = (language.tabular(event.shown), language.tabular(event.expected))
      return language.say("giờ máy \(shown), lẽ ra là \(expected)", "it showed \(shown), expected was \(expected)")
    }
    if let event = event.received {
      let due = language.tabular(event.due)
      return joined([
        event.procedure ?? language.word(event.kind), event.applicant, event.subject, language.word(event.channel),
        event.responsible, language.say("hạn \(due)", "due \(due)"),
      ])
    }
    if let event = event.consulted {
      // A sealed text without its key is empty.
      let said = [event.question, event.guidance].filter { !$0.isEmpty }.map { "“\($0)”" }.joined(separator: " → ")
      return joined([
        said, event.minutes.map { language.say("\($0) phút", "\($0) min") },
      ])
    }
    if let event = event.progressed { return joined([event.step, event.by, event.group]) }
    if let event = event.apologised {
      return joined([
        language.word(cause: event.cause), event.text.isEmpty ? nil : "“\(event.text)”", event.signatory,
        event.letterNumber,
        event.newDue.map { language.say("hẹn lại ", "new date ") + language.tabular($0) },
      ])
    }
    if let event = event.resolved {
      return joined([event.outcome.map(language.word), event.reason, event.documentNumber, event.signedBy])
    }
    if let event = event.returned { return joined([event.to, event.authority]) }
    if let event = event.withdrawn { return joined([event.by, event.reason]) }
    if let event = event.corrected {
      func change(_ vi: String, _ en: String, _ value: String?) -> String? {
        value.map { "\(language.say(vi, en)) → \($0)" }
      }
      return joined([
        change("tên", "name", event.applicant), change("điện thoại", "phone", event.phone),
        change("nơi ở", "place", event.place), change("nội dung", "subject", event.subject),
        change("phụ trách", "responsible", event.responsible),
        event.voids.map { language.say("hủy v\($0)", "voids v\($0)") }, event.reason,
      ])
    }
    return ""
  }

  /// What stands outside the seal.
  private static func closedDetails(_ event: Wire.Event, _ language: Language) -> String {
    if let event = event.received {
      let due = language.tabular(event.due)
      return joined([
        event.procedure ?? language.word(event.kind), language.word(event.channel), event.responsible,
        language.say("hạn \(due)", "due \(due)"),
      ])
    }
    if let event = event.apologised {
      return joined([
        language.word(cause: event.cause),
        event.newDue.map { language.say("hẹn lại ", "new date ") + language.tabular($0) },
      ])
    }
    if let event = event.resolved { return joined([event.outcome.map(language.word)]) }
    if let event = event.corrected { return joined([event.voids.map { language.say("hủy v\($0)", "voids v\($0)") }]) }
    return ""
  }

  private static func joined(_ parts: [String?]) -> String {
    parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
  }
}
