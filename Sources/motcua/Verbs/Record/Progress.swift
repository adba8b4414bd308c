import ArgumentParser
import DeskInterface

struct Progress: Verb {
  static let verb = VerbName("progress", "xu-ly")
  static let configuration = verb.configuration(
    "ghi một bước xử lý đã xong",
    "record a step that is done",
    usage: "<code> <step>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Argument(help: help("bước nào", "which step")) var step: String?
  @Option(help: help("ai làm", "by whom")) var by: String?
  @Option(help: help("bộ phận nào", "which group")) var group: String?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    by = line.option("--by")
    group = line.option("--group")
    recording = line.group()
    common = line.group()
    code = line.argument()
    step = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(session, [(.step, step), (.by, by), (.group, group)])
    let step = try dictated.required(.step)
    let entry = try recording.entry(session.language, dictated)
    try session.report(
      session.daemon.command(
        Wire.Progress(code: code, step: step, by: dictated[.by], group: dictated[.group], entry: entry),
        id: entry.commandId
      ).receipt)
  }
}

extension Wire.Progressed: EventLines {
  static func name(_ language: Language) -> String { language.say("xử lý", "progressed") }
  func parts(_ language: Language) -> [String?] { [step, by, group] }
  func partsOutsideSeal(_ language: Language) -> [String?] { [] }
}
