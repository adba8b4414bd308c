import ArgumentParser
import DeskInterface

struct ShowClock: Verb {
  static var configuration: CommandConfiguration {
    verb("clock", "giờ máy: có tin được không, và vì sao", "the machine's clock: whether it is believed, and why not")
  }

  @Flag(
    help: help(
      "xác nhận giờ máy là đúng, khi motcuad không tin (người phụ trách); điều này được ghi vào sổ",
      "say that the clock is right where it is not believed (a supervisor); it is recorded"))
  var accept = false
  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let language = session.language
    if accept {
      let seen = try session.daemon.ask(Wire.GetClock()).clock.shown
      let answer = try session.daemon.once(Wire.AcceptClock(shown: seen))
      if session.wantsJSON { return try session.output.json(answer) }
      let (shown, expected) = (language.spoken(answer.shown), language.spoken(answer.expected))
      return try session.output.line(
        language.say(
          "Đã ghi: giờ máy \(shown) là đúng (lẽ ra là \(expected)). Từ nay cơ quan tính theo giờ này.",
          "Recorded: the clock is right at \(shown) (\(expected) was expected). The office's time goes by it from now on."
        ))
    }
    let clock = try session.daemon.ask(Wire.GetClock()).clock
    if session.wantsJSON { return try session.output.json(clock) }
    for line in Self.lines(clock, language) { try session.output.line(line) }
  }

  static func lines(_ clock: Wire.Clock, _ language: Language) -> [String] {
    var lines = [language.say("Giờ máy: ", "The clock shows ") + language.spoken(clock.shown)]
    switch clock.synchronised {
    case true?: lines.append(language.say("Đã đồng bộ.", "It is synchronised."))
    case false?: lines.append(language.say("Chưa đồng bộ.", "It is not synchronised."))
    case nil:
      lines.append(
        language.say("Máy không cho biết đã đồng bộ chưa.", "The machine cannot tell whether it is synchronised."))
    }
    if clock.ledgerAhead, let last = clock.lastRecorded {
      let last = language.spoken(last)
      lines.append(
        language.say(
          "Sổ đã ghi đến \(last): đến lúc đó, việc mới được ghi với giờ ấy và xảy ra theo giờ máy.",
          "The ledger is ahead, at \(last): until then what is recorded bears that time, and happens by the clock."))
    }
    guard let doubt = clock.doubt else {
      return lines + [language.say("motcuad tin giờ này.", "motcuad believes it.")]
    }
    let expected = clock.expected.map { language.spoken($0) } ?? "?"
    lines.append(
      language.say("motcuad không tin, chưa nhận lệnh: ", "motcuad does not believe it and takes no commands: ")
        + doubt.said { language.reason($0, expected: expected) })
    if clock.waiting {
      lines.append(
        language.say(
          "Có điều motcuad phải tự ghi (quy định mới, sự kiện bị mất), sẽ ghi khi tin được giờ máy.",
          "Something that motcuad itself has to record (new rules, a loss) waits for it."))
    }
    guard Language.mayBeRight(clock.shown, expected: clock.expected) else {
      return lines + [
        language.say("→ giờ này không thể đúng: chỉnh lại giờ máy", "→ that cannot be right: put the clock right")
      ]
    }
    return lines + [
      language.say(
        "→ chỉnh lại giờ máy; nếu giờ máy đúng: motcua clock --accept",
        "→ put the clock right; when it is right: motcua clock --accept")
    ]
  }
}

extension Language {
  /// Whether somebody may sensibly say that a clock is right which is not believed. Ten years from what is expected it has
  /// not been set: machines without a battery begin in 1970 or 2000, and others end in 9999.
  static func mayBeRight(_ shown: String, expected: String?) -> Bool {
    guard let shown = Moment(shown) else { return false }
    guard let expected = expected.flatMap({ Moment($0) }) else { return true }
    return abs(shown.year - expected.year) <= 10
  }

  /// Why a clock is not believed.
  func reason(_ doubt: Wire.ClockDoubt, expected: String) -> String {
    switch doubt {
    case .behindLedger:
      say(
        "giờ máy sớm hơn việc đã ghi, ít nhất phải là \(expected)",
        "it is before what is recorded already, and should show at least \(expected)")
    case .jumpedAhead:
      say("giờ máy nhảy tới trước, lẽ ra là \(expected)", "it has jumped ahead, and should show \(expected)")
    case .farAhead:
      say(
        "đã quá lâu kể từ lần ghi cuối, ít nhất phải là \(expected)",
        "it is long after what was recorded last, and should show at least \(expected)")
    }
  }
}
