import ArgumentParser
import DeskInterface

struct Procedures: Verb {
  static let verb = VerbName("procedures", "thu-tuc")
  static let configuration = verb.configuration(
    "các thủ tục: thời hạn, giấy tờ, lệ phí, tên ngắn", "the procedures: term, papers, fee, short names"
  )

  @Argument(help: help("chỉ thủ tục này", "this one only")) var name: String?
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    common = line.group()
    name = line.argument()
  }

  func run(_ session: Session) throws {
    var answer = try session.daemon.ask(Wire.Procedures())
    if let name = name?.shortName {
      answer.procedures = answer.procedures.filter {
        ([$0.id] + $0.aliases + [$0.nationalId].compactMap(\.self)).map(\.shortName).contains(name)
      }
      guard !answer.procedures.isEmpty else {
        throw Failure.usage(session.say("Không có thủ tục “\(name)”.", "There is no procedure “\(name)”."))
      }
    }
    if session.wantsJSON { return try session.output.json(answer) }
    for procedure in answer.procedures {
      for line in Self.lines(procedure, session.language) { try session.output.line(line) }
    }
  }

  static func lines(_ procedure: Wire.Procedure, _ language: Language) -> [String] {
    let unconfirmed = language.say("thời hạn chưa đối chiếu với luật", "term not read in the law itself")
    var facts = [language.word(procedure.term), language.say("lệ phí: ", "fee: ") + language.say(procedure.fee)]
    if !procedure.confirmed { facts.append(unconfirmed) }
    let others = procedure.aliases + [procedure.nationalId].compactMap(\.self)
    return [
      "\(procedure.id)  \(language.say(procedure.name))",
      "  " + facts.joined(separator: " · "),
      procedure.papers.isEmpty
        ? nil : "  \(language.say("giấy tờ", "papers")): \(procedure.papers.joined(separator: "; "))",
      others.isEmpty ? nil : "  \(language.say("tên khác", "other names")): \(others.joined(separator: ", "))",
      "  \(language.say("nguồn", "source")): \(procedure.source)",
    ].compactMap(\.self)
  }
}
