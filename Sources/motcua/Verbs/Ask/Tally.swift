import ArgumentParser
import DeskInterface

struct Tally: Verb {
  static let verb = VerbName("tally", "thong-ke")
  static let configuration = verb.configuration(
    "thống kê: hôm nay, hôm qua, tuần này, tháng này, tất cả",
    "counts: today, yesterday, this week, this month, all")

  @OptionGroup var past: PastOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    past = line.group()
    common = line.group()
  }

  func run(_ session: Session) throws {
    let tally = try session.daemon.ask(
      Wire.Tally(asOf: try past.wire(session.language), occurred: past.occurred ? true : nil))
    if session.wantsJSON { return try session.output.json(TallyJSON(tally)) }
    try TallyForm(tally: tally, language: session.language).print(to: session.output)
  }
}
