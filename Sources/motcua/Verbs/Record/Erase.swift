import ArgumentParser
import DeskInterface

struct Erase: Verb {
  static let verb = VerbName("erase", "xoa-du-lieu")
  static let configuration = verb.configuration(
    "xóa dữ liệu cá nhân trong hồ sơ; không lấy lại được",
    "erase what identifies people in a case; it cannot be undone",
    usage: "<code> --basis <basis>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(
    help: help(
      "căn cứ pháp lý; vẫn đọc được về sau, đừng ghi tên ai",
      "by what right; it stays readable, so name a law and no person"))
  var basis: String?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    basis = line.option("--basis")
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let basis = try session.required(basis, "--basis", "căn cứ pháp lý", "by what right")
    let entry = try recording.entry(session.language, recording.dictated(session))
    try session.report(
      session.daemon.command(Wire.Erase(code: code, basis: basis, entry: entry), id: entry.commandId).receipt)
  }
}

extension Wire.Erased: EventLines {
  static func name(_ language: Language) -> String { language.say("xóa dữ liệu cá nhân", "erased") }
  func parts(_ language: Language) -> [String?] { [language.say("theo \(basis)", "under \(basis)")] }
  func partsOutsideSeal(_ language: Language) -> [String?] { [] }
}
