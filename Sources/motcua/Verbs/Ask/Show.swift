import ArgumentParser
import DeskInterface

struct Show: Verb {
  static let verb = VerbName("show", "xem")
  static let configuration = verb.configuration(
    "xem một hồ sơ",
    "show a case",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let item = try session.daemon.ask(Wire.Show(code: session.code(code))).case
    if session.wantsJSON { return try session.output.json(item) }
    for line in CaseForm.lines(item, session.language) { try session.output.line(line) }
  }
}
