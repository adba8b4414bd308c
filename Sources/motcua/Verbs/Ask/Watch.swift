import ArgumentParser
import DeskInterface

struct Watch: Verb {
  static let verb = VerbName("watch", "theo-doi")
  static let configuration = verb.configuration(
    "theo dõi từng sự kiện ngay khi được ghi", "every event as it is recorded")

  @Option(help: help("bắt đầu sau vị trí này trong sổ", "begin after this position in the ledger")) var after: Int?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    after = line.option("--after")
    common = line.group()
  }

  func run(_ session: Session) throws {
    try session.daemon.stream(Wire.Watch(after: after), isPatient: true) { answer in
      for event in answer.events {
        if session.wantsJSON {
          try session.output.json(event)
        } else {
          try session.output.line(EventLine.text(event, showsCode: true, session.language))
        }
      }
      try session.output.flush()
      return true
    }
  }
}
