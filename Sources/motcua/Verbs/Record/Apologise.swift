import ArgumentParser
import DeskInterface

struct Apologise: Verb {
  static let verb = VerbName("apologise", "apologize", "xin-loi")
  static let configuration = verb.configuration(
    "xin lỗi dân, và hẹn lại khi chưa có kết quả",
    "apologise, with a new date while there is no result",
    usage: "<code> --text <text>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(help: help("lời xin lỗi", "the apology")) var text: String?
  @Option(help: help("nguyên nhân", "the cause")) var cause = "late"
  @Option(help: help("ngày hẹn mới: 26/11/2026 hoặc +2", "the new date: 26/11/2026 or +2")) var newDue: String?
  @Option(help: help("người ký", "who signs")) var signatory: String?
  @Option(help: help("số văn bản", "the letter's number")) var letter: String?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    text = line.option("--text")
    cause = line.option("--cause") ?? "late"
    newDue = line.option("--new-due")
    signatory = line.option("--signatory")
    letter = line.option("--letter")
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(session, [(.text, text), (.signatory, signatory), (.letter, letter)])
    let text = try dictated.required(.text)
    let newDue = try newDue.map { try DateInput.wire($0, for: "--new-due", language: session.language) }
    let entry = try recording.entry(session.language, dictated)
    try session.report(
      session.daemon.command(
        Wire.Apologise(
          code: code, cause: cause, text: text, signatory: dictated[.signatory], letterNumber: dictated[.letter],
          newDue: newDue, entry: entry
        ),
        id: entry.commandId
      ).receipt)
  }
}

extension Wire.Apologised: EventLines {
  static func name(_ language: Language) -> String { language.say("xin lỗi", "apologised") }

  func parts(_ language: Language) -> [String?] {
    [
      language.word(cause: cause), text.isEmpty ? nil : "“\(text)”", signatory, letterNumber, newDate(language),
    ]
  }

  func partsOutsideSeal(_ language: Language) -> [String?] { [language.word(cause: cause), newDate(language)] }

  private func newDate(_ language: Language) -> String? {
    newDue.map { language.say("hẹn lại ", "new date ") + language.tabular($0) }
  }
}
