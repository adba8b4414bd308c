import ArgumentParser
import Desk
import DeskInterface

struct ShowClock: Verb {
  static let verb = VerbName("clock", "dong-ho")
  static let configuration = verb.configuration(
    "giờ máy: có tin được không, và vì sao", "the machine's clock: whether it is believed, and why not")

  @Flag(
    help: help(
      "xác nhận giờ máy là đúng, khi motcuad không tin (người phụ trách); điều này được ghi vào sổ",
      "say that the clock is right where it is not believed (a supervisor); it is recorded"))
  var accept = false
  @Option(
    help: help(
      "giờ máy mà người phụ trách đã thấy (26/11/2026 08:00 hoặc RFC 3339): không hỏi lại; giờ máy nay khác thì bị từ chối",
      "the time that the supervisor saw it show (26/11/2026 08:00, or RFC 3339): nothing is asked; refused when it shows another by now"
    ))
  var shown: String?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    accept = line.flag("--accept")
    shown = line.option("--shown")
    common = line.group()
  }

  mutating func validate() throws {
    if shown != nil, !accept {
      throw ValidationError(Invocation.current.language.say("--shown đi cùng --accept.", "--shown goes with --accept."))
    }
  }

  func run(_ session: Session) throws {
    let language = session.language
    if accept {
      let clock = try session.daemon.ask(Wire.GetClock()).clock
      let seen = try shown.map { try Self.instant($0, like: clock.shown, language) }
      if seen == nil { try Self.confirm(clock, session) }
      let answer = try session.daemon.once(Wire.AcceptClock(shown: seen ?? clock.shown))
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

  /// Has somebody who sits there say that what he sees is right. A clock that is believed is for the daemon to refuse.
  private static func confirm(_ clock: Wire.Clock, _ session: Session) throws {
    guard clock.doubt != nil, Dictation.isAsking else { return }
    for line in readings(clock, session.language) { Notice.line(line) }
    if !Language.mayBeRight(clock.shown, expected: clock.expected) {
      Notice.line(advice(clock, session.language))
    }
    let said = try session.asked(
      session.say("giờ máy đó có đúng không (c/K)", "is that clock right (y/N)"))
    let yes = session.say("c", "y")
    guard let first = said?.lowercased().first, String(first) == yes else {
      throw Failure.declined(
        session.say("Chưa ghi gì: hãy chỉnh lại giờ máy.", "Nothing was recorded: put the clock right."))
    }
  }

  /// The instant that somebody saw, as he writes it; without an offset it is the office's, as in `shown`.
  private static func instant(_ text: String, like shown: String, _ language: Language) throws -> String {
    if Moment(text.trimmed) != nil { return text.trimmed }
    let offset = shown.hasSuffix("Z") ? "Z" : String(shown.suffix(6))
    if let time = DateInput.wire(text) {
      for instant in [time + offset, time + ":00" + offset] where Moment(instant) != nil { return instant }
      if Moment(time) != nil { return time }
    }
    throw Failure.usage(
      language.say(
        "Không hiểu giờ “\(text)” của --shown: viết 26/11/2026 08:00 hoặc 2026-11-26T08:00:00+07:00.",
        "Cannot read the time “\(text)” of --shown: write 26/11/2026 08:00 or 2026-11-26T08:00:00+07:00."))
  }

  static func lines(_ clock: Wire.Clock, _ language: Language) -> [String] {
    readings(clock, language) + (clock.doubt == nil ? [] : [advice(clock, language)])
  }

  /// What the clock shows, and why it is not believed.
  private static func readings(_ clock: Wire.Clock, _ language: Language) -> [String] {
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
    return lines
  }

  /// What to do about it.
  private static func advice(_ clock: Wire.Clock, _ language: Language) -> String {
    guard Language.mayBeRight(clock.shown, expected: clock.expected) else {
      return language.say("→ giờ này không thể đúng: chỉnh lại giờ máy", "→ that cannot be right: put the clock right")
    }
    return language.say(
      "→ chỉnh lại giờ máy; nếu giờ máy đúng: motcua clock --accept",
      "→ put the clock right; when it is right: motcua clock --accept")
  }
}

extension Language {
  /// Whether somebody may sensibly say that a clock is right which is not believed. Ten years from what is expected it has
  /// not been set: machines without a battery begin in 1970 or 2000, and others end in 9999.
  static func mayBeRight(_ shown: String, expected: String?) -> Bool {
    guard let shown = Moment(shown) else { return false }
    guard let expected = expected.flatMap({ Moment($0) }) else { return true }
    return abs(shown.day.year - expected.day.year) <= 10
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
