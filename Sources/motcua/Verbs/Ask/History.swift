import ArgumentParser
import DeskInterface

struct History: Verb {
  static let verb = VerbName("history", "lich-su")
  static let configuration = verb.configuration(
    "lịch sử của một hồ sơ",
    "the events of a case",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    var events: [Wire.Event] = []
    try session.daemon.stream(Wire.History(code: session.code(code))) { answer in
      if session.wantsJSON { try answer.events.forEach(session.output.json) } else { events += answer.events }
      return true
    }
    let voided = Set(events.compactMap { $0.corrected?.voids })
    let isErased = events.contains { $0.erased != nil }
    for event in events {
      try session.output.line(
        EventLine.text(
          event, isVoided: voided.contains(event.version), isErased: isErased, showsCode: false, session.language))
    }
  }
}
