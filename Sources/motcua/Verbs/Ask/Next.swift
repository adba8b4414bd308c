import ArgumentParser
import DeskInterface

struct Next: Verb {
  static let verb = VerbName("next", "viec-can-lam")
  static let configuration = verb.configuration("việc cần làm trước, và vì sao", "what to do first, and why")

  @Flag(help: help("chỉ việc của tôi", "mine only")) var mine = false
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    mine = line.flag("--mine")
    common = line.group()
  }

  func run(_ session: Session) throws {
    let language = session.language
    var table = Table([
      session.say("Vì sao", "Why"), session.say("Ngày", "Date"), session.say("Mã hồ sơ", "Code"),
      session.say("Người nộp", "Applicant"), session.say("Thủ tục", "Procedure"), session.say("Phụ trách", "Clerk"),
    ])
    try session.daemon.stream(Wire.Next(mine: mine ? true : nil)) { answer in
      for duty in answer.duties {
        if session.wantsJSON {
          try session.output.json(duty)
        } else {
          let why = [language.word(duty.reason), duty.reason == .urgent ? duty.case.urgent : nil].compactMap(\.self)
          table.add([
            why.joined(separator: ": "), language.tabular(duty.at), duty.case.code, duty.case.applicant ?? "—",
            language.matter(duty.case), duty.case.clerk,
          ])
          if let note = duty.case.importNote(language) { table.add(note: note) }
        }
      }
      return true
    }
    if session.wantsJSON { return }
    if table.isEmpty {
      try session.output.line(session.say("Không còn việc nợ dân.", "Nothing is owed to anybody."))
    } else {
      try table.print(to: session.output)
    }
  }
}
