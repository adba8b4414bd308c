import ArgumentParser
import DeskInterface

struct Receive: Verb {
  static let verb = VerbName("receive", "tiep-nhan")
  static let configuration = verb.configuration(
    "tiếp nhận một yêu cầu và hẹn ngày trả kết quả",
    "take in a request and promise a date",
    usage: "<procedure> --name <name>", "--kind <kind> [<procedure>] [--name <name>]")

  @Argument(
    help: help(
      "thủ tục, như khai-sinh (xem motcua procedures)", "the procedure, such as khai-sinh (see motcua procedures)"))
  var procedure: String?

  @Option(
    help: help(
      "procedure (mặc định), enquiry, complaint, assistance",
      "procedure (the default), enquiry, complaint or assistance"))
  var kind: Wire.CaseKind = .procedure

  @Option(help: help("họ tên người nộp", "the applicant's name"))
  var name: String?

  @Flag(help: help("người nộp là tổ chức", "the applicant is an organisation"))
  var organisation = false

  @Option(help: help("số điện thoại", "phone"))
  var phone: String?

  @Option(help: help("nơi ở", "where the applicant lives"))
  var place: String?

  @Option(help: help("nội dung", "what it is about"))
  var subject: String?

  @Option(help: help("giấy tờ đã nhận; lặp lại cho từng giấy", "a paper handed in; repeat for each"))
  var paper: [String] = []

  @Option(help: help("cách nộp", "how it came"))
  var channel: Wire.Channel?

  @Option(help: help("người phụ trách", "who is responsible"))
  var responsible: String?

  @Option(help: help("vì sao dân vội", "why it is urgent"))
  var urgent: String?

  @Option(help: help("người nộp thay", "who handed it in for the applicant"))
  var handedInBy: String?

  @Option(help: help("nộp thay theo giấy tờ nào", "by what authority"))
  var authority: String?

  @Option(help: help("đã giúp dân việc gì", "what help was given"))
  var helpGiven: String?

  @Flag(help: help("in giấy hẹn cả khi giải quyết ngay", "print the slip for at-once cases too"))
  var slip = false

  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    kind = line.option("--kind") ?? .procedure
    name = line.option("--name")
    organisation = line.flag("--organisation")
    phone = line.option("--phone")
    place = line.option("--place")
    subject = line.option("--subject")
    paper = line.options("--paper")
    channel = line.option("--channel")
    responsible = line.option("--responsible")
    urgent = line.option("--urgent")
    handedInBy = line.option("--handed-in-by")
    authority = line.option("--authority")
    helpGiven = line.option("--help-given")
    slip = line.flag("--slip")
    recording = line.group()
    common = line.group()
    procedure = line.argument()
  }

  func run(_ session: Session) throws {
    let procedure =
      kind == .procedure
      ? try session.required(self.procedure, "PROCEDURE", "thủ tục", "the procedure") : self.procedure
    let dictated = try recording.dictated(
      session,
      [
        (.name, name), (.phone, phone), (.place, place), (.subject, subject), (.urgent, urgent),
        (.handedInBy, handedInBy), (.authority, authority), (.helpGiven, helpGiven),
      ], papers: paper)
    let name =
      kind == .enquiry ? dictated[.name] : try dictated.required(.name, "họ tên người nộp", "the applicant's name")
    let entry = try recording.entry(session.language, dictated)
    let receipt = try session.daemon.command(
      Wire.Receive(
        kind: kind, procedure: procedure, applicant: name, organisation: organisation ? true : nil,
        phone: dictated[.phone], place: dictated[.place], subject: dictated[.subject], channel: channel,
        papers: dictated.papers.isEmpty ? nil : dictated.papers, handedInBy: dictated[.handedInBy],
        authority: dictated[.authority],
        help: dictated[.helpGiven], urgent: dictated[.urgent], responsible: responsible, entry: entry),
      id: entry.commandId
    ).receipt
    try session.report(receipt)
    guard !session.wantsJSON else { return }
    let form = try session.daemon.ask(Wire.GetSlip(code: receipt.code)).slip
    guard slip || !form.atOnce else { return }
    try session.output.line("")
    for line in SlipForm.lines(form) { try session.output.line(line) }
  }
}

extension Wire.Received: EventLines {
  static func name(_ language: Language) -> String { language.say("tiếp nhận", "received") }

  func parts(_ language: Language) -> [String?] {
    [
      matter(language), applicant, subject, language.word(channel), responsible, promise(language),
    ]
  }

  func partsOutsideSeal(_ language: Language) -> [String?] {
    [matter(language), language.word(channel), responsible, promise(language)]
  }

  private func matter(_ language: Language) -> String {
    procedure
      ?? (term.kind == .imported
        ? language.say("thủ tục: ", "procedure ") + language.procedureNotNamed : language.word(kind))
  }

  private func promise(_ language: Language) -> String {
    let due = language.tabular(due)
    return language.say("hạn \(due)", "due \(due)")
  }
}
