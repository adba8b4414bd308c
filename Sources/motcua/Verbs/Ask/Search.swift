import ArgumentParser
import DeskInterface

struct Search: Verb {
  static let verb = VerbName("search", "tim")
  static let configuration = verb.configuration(
    "tìm theo tên, mã hoặc nội dung; gõ không dấu cũng được",
    "search by name, code or subject; accents may be left out",
    usage: "<words> ...")

  @Argument(help: help("những chữ đầu của từng từ", "how the words begin")) var words: [String] = []
  @OptionGroup var file: FieldsOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    file = line.group()
    common = line.group()
    words = line.arguments()
  }

  func run(_ session: Session) throws {
    let typed = self.words.isEmpty ? nil : self.words.joined(separator: " ")
    let words = try Dictation(session, [(.words, typed)], file: file.fields).required(.words)
    var table = CaseTable(session.language)
    try session.daemon.stream(Wire.Search(words: words)) { answer in
      if session.wantsJSON {
        try answer.cases.forEach(session.output.json)
      } else {
        answer.cases.forEach { table.add($0) }
      }
      return true
    }
    if !session.wantsJSON { try table.print(to: session.output) }
  }
}
