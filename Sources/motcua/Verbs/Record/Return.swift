import ArgumentParser
import DeskInterface

struct Return: Verb {
  static let verb = VerbName("return", "tra-ket-qua")
  static let configuration = verb.configuration(
    "trả kết quả tận tay dân",
    "hand over the result",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(help: help("ai nhận, nếu không phải người nộp", "who took it, if not the applicant")) var to: String?
  @Option(help: help("nhận thay theo giấy tờ nào", "by what authority")) var authority: String?
  @OptionGroup var late: LateApologyOptions
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    to = line.option("--to")
    authority = line.option("--authority")
    late = line.group()
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(session, [(.to, to), (.authority, authority)] + late.typed)
    let apology = try late.apology(session.language, dictated)
    let entry = try recording.entry(session.language, dictated)
    try session.report(
      session.daemon.command(
        Wire.Return(code: code, to: dictated[.to], authority: dictated[.authority], apology: apology, entry: entry),
        id: entry.commandId
      ).receipt)
  }
}

extension Wire.Returned: EventLines {
  static func name(_ language: Language) -> String { language.say("trả kết quả", "returned") }
  func parts(_ language: Language) -> [String?] { [to, authority] }
  func partsOutsideSeal(_ language: Language) -> [String?] { [] }
}
