import ArgumentParser
import DeskInterface

struct Withdraw: Verb {
  static let verb = VerbName("withdraw", "rut-ho-so")
  static let configuration = verb.configuration(
    "dân rút hồ sơ",
    "the citizen takes the request back",
    usage: "<code> --reason <reason>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(help: help("vì sao", "why")) var reason: String?
  @Option(help: help("ai xin rút", "who asked for it")) var by: String?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    reason = line.option("--reason")
    by = line.option("--by")
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(session, [(.by, by), (.reason, reason)])
    let reason = try dictated.required(.reason, "lý do rút", "the reason")
    let entry = try recording.entry(session.language, dictated)
    try session.report(
      session.daemon.command(
        Wire.Withdraw(code: code, by: dictated[.by], reason: reason, entry: entry), id: entry.commandId
      )
      .receipt)
  }
}

extension Wire.Withdrawn: EventLines {
  static func name(_ language: Language) -> String { language.say("rút hồ sơ", "withdrawn") }
  func parts(_ language: Language) -> [String?] { [by, reason] }
  func partsOutsideSeal(_ language: Language) -> [String?] { [] }
}
