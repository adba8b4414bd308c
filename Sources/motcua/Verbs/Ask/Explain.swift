import ArgumentParser
import DeskInterface

struct Explain: Verb {
  static let verb = VerbName("explain", "giai-thich")
  static let configuration = verb.configuration(
    "vì sao hẹn ngày đó: đếm từng ngày",
    "why that date: the days, one by one",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let explanation = try session.daemon.ask(Wire.Explain(code: session.code(code))).explanation
    if session.wantsJSON { return try session.output.json(explanation) }
    let lines = ExplanationForm.lines(explanation, session.language, columns: session.output.columns)
    for line in lines { try session.output.line(line) }
  }
}
