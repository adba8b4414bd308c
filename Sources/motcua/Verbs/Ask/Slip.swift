import ArgumentParser
import DeskInterface

struct Slip: Verb {
  static let verb = VerbName("slip", "phieu")
  static let configuration = verb.configuration(
    "in giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "print the receipt and appointment slip",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let slip = try session.daemon.ask(Wire.GetSlip(code: session.code(code))).slip
    if session.wantsJSON { return try session.output.json(slip) }
    for line in SlipForm.lines(slip) { try session.output.line(line) }
  }
}
