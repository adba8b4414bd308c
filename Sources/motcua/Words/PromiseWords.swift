import Desk
import DeskInterface

extension Refusal {
  /// Refusals about promised dates, the apologies that they owe, and notices.
  func promiseWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .apologyOwed(let error):
      let due = language.spoken(error.due)
      return Words(
        language.say(
          "Đã hẹn \(due), nay trễ hẹn \(Self.days(error.days, language)) mà dân chưa được xin lỗi.",
          "Promised for \(due), broken by \(Self.days(error.days, language)), and nobody has apologised to the citizen."
        ),
        afterApology(error, line))
    case .alreadyReappointed(let error):
      let due = language.spoken(error.due)
      if let needed = error.needed.map({ $0.said(language.word) }) {
        return Words(
          language.say(
            "Hồ sơ \(error.code) đã hẹn lại đủ số lần cho phép, đến \(due); hẹn nữa thì nhờ \(needed) chạy:",
            "Case \(error.code) has had all the new dates that a clerk may name, the last \(due); for another ask a \(needed) to run:"
          ), line.with("--on-behalf-of", OwnAccount.name ?? "…"))
      }
      return Words(
        language.say(
          "Hồ sơ \(error.code) đã hẹn lại đủ số lần cho phép, đến \(due); khi có kết quả thì xin lỗi cùng lúc trả lời.",
          "Case \(error.code) has had all the new dates that the rules allow, the last \(due); apologise with the result."
        ),
        CommandLineText(["show", error.code]))
    case .newDateMissing(let error):
      let due = language.spoken(error.due)
      return Words(
        language.say(
          "Xin lỗi khi chưa có kết quả thì phải hẹn lại ngày mới, sau \(due).",
          "An apology before there is a result must name a new date, after \(due)."),
        line.with("--new-due", Self.later(than: error.due)))
    case .newDateNotExpected(let error):
      return Words(
        language.say(
          "Xin lỗi vì “\(error.cause)” ở hồ sơ \(error.code) thì không hẹn lại ngày.",
          "An apology for “\(error.cause)” in case \(error.code) names no new date."), line.without("--new-due"))
    case .unknownCause(let error):
      let known = error.known.joined(separator: ", ")
      return Words(
        language.say(
          "Không có nguyên nhân “\(error.cause)”; có: \(known).",
          "There is no cause “\(error.cause)”; there are: \(known)."),
        error.known.first.map { line.with("--cause", $0) })
    case .notWorkingDay(let error):
      let (date, next) = (language.day(error.date), language.day(error.next))
      return Words(
        language.say(
          "\(date) là ngày nghỉ (\(error.reasonVi)); ngày làm việc tiếp theo là \(next).",
          "\(date) is a day off (\(error.reasonEn)); the next working day is \(next)."), line.with("--new-due", next))
    case .dateNotLater(let error):
      let (date, than) = (language.spoken(error.date), language.spoken(error.than))
      return Words(
        language.say("Ngày hẹn mới \(date) phải sau \(than).", "The new date \(date) must come after \(than)."),
        line.with("--new-due", Self.later(than: error.than)))
    case .noticeNotOwed(let error):
      let owed = error.owed.map { "v\($0)" }.joined(separator: ", ")
      let of = error.of.map { " v\($0)" } ?? ""
      if owed.isEmpty {
        return Words(
          language.say(
            "Hồ sơ \(error.code) không nợ dân thông báo nào\(of.isEmpty ? "" : " về\(of)").",
            "Case \(error.code) owes the citizen no notice\(of.isEmpty ? "" : " of\(of)")."),
          CommandLineText(["history", error.code]))
      }
      return Words(
        of.isEmpty
          ? language.say(
            "Hồ sơ \(error.code) còn nợ thông báo về \(owed); hãy nói rõ về sự kiện nào.",
            "Case \(error.code) owes a notice of \(owed); say of which.")
          : language.say(
            "Hồ sơ \(error.code) không nợ thông báo về\(of); còn nợ về \(owed).",
            "Case \(error.code) owes no notice of\(of); it owes one of \(owed)."),
        error.owed.first.map { line.with("--of", String($0)) })
    case .noticeSettled(let error):
      let at = language.spoken(error.at)
      return Words(
        language.say(
          "Thông báo về v\(error.of) của hồ sơ \(error.code) đã xong lúc \(at).",
          "The notice of v\(error.of) in case \(error.code) was settled at \(at)."),
        CommandLineText(["history", error.code]))
    default: return nil
    }
  }

  /// The same command with an apology, which is asked for, because it is written to a person; where the verb takes none, an
  /// apology of its own.
  private func afterApology(_ error: Wire.ApologyOwed, _ line: CommandLineText) -> CommandLineText {
    if let verb = line.verb, ["resolve", "return"].contains(verb) {
      // An apology that was there named a cause that does not answer for a date.
      let isThere = line.arguments.contains { $0 == "--apologise" || $0.hasPrefix("--apologise=") }
      return isThere ? line.without("--cause") : line.with("--apologise", Dictation.dash)
    }
    return CommandLineText(["apologise", error.code, "--text", Dictation.dash, "--new-due", "+2"])
  }

  private static func days(_ count: Int, _ language: Language) -> String {
    guard count > 0 else { return language.say("trong ngày", "less than a day") }
    return language.say("\(count) ngày", count == 1 ? "1 day" : "\(count) days")
  }

  /// The first weekday after the day of an instant. A holiday is refused in its turn, with the day after it.
  private static func later(than instant: String) -> String {
    guard let moment = Moment(instant) else { return "+2" }
    var day = moment.day
    repeat { day = day.adding(1) } while day.weekday > 5
    return "\(padded(day.day, 2))/\(padded(day.month, 2))/\(day.year)"
  }
}
