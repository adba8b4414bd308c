import ArgumentParser
import DeskInterface

struct Correct: Verb {
  static let verb = VerbName("correct", "dinh-chinh")
  static let configuration = verb.configuration(
    "đính chính, hoặc hủy sự kiện ghi nhầm hôm nay",
    "correct facts, or void what was recorded by mistake today",
    usage: "<code> --reason <reason>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(help: help("vì sao", "why")) var reason: String?
  @Option(help: help("họ tên đúng", "the right name")) var name: String?
  @Option(help: help("số điện thoại đúng", "the right phone")) var phone: String?
  @Option(help: help("nơi ở đúng", "the right place")) var place: String?
  @Option(help: help("nội dung đúng", "the right subject")) var subject: String?
  @Option(help: help("người phụ trách mới", "who is responsible now")) var responsible: String?
  @Option(help: help("phiên bản của sự kiện phải hủy (xem history)", "the version of the event to void (see history)"))
  var void: Int?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    reason = line.option("--reason")
    name = line.option("--name")
    phone = line.option("--phone")
    place = line.option("--place")
    subject = line.option("--subject")
    responsible = line.option("--responsible")
    void = line.option("--void")
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(
      session, [(.name, name), (.phone, phone), (.place, place), (.subject, subject), (.reason, reason)])
    let changes = Wire.Changes(
      applicant: dictated[.name], phone: dictated[.phone], place: dictated[.place], subject: dictated[.subject],
      responsible: responsible)
    let changesNothing = changes == Wire.Changes()
    guard void != nil || !changesNothing else {
      throw Failure.usage(
        session.say(
          "Không có gì để đính chính: cần --name, --phone, --place, --subject, --responsible hoặc --void.",
          "Nothing to correct: give --name, --phone, --place, --subject, --responsible or --void."))
    }
    let reason = try dictated.required(.reason, "lý do đính chính", "the reason")
    let entry = try recording.entry(session.language, dictated)
    try session.report(
      session.daemon.command(
        Wire.Correct(code: code, changes: changesNothing ? nil : changes, voids: void, reason: reason, entry: entry),
        id: entry.commandId
      ).receipt)
  }
}

extension Wire.Corrected: EventLines {
  static func name(_ language: Language) -> String { language.say("đính chính", "corrected") }

  func parts(_ language: Language) -> [String?] {
    func change(_ vi: String, _ en: String, _ value: String?) -> String? {
      value.map { "\(language.say(vi, en)) → \($0)" }
    }
    return [
      change("tên", "name", applicant), change("điện thoại", "phone", phone), change("nơi ở", "place", place),
      change("nội dung", "subject", subject), change("phụ trách", "responsible", responsible), voided(language),
      reason,
    ]
  }

  func partsOutsideSeal(_ language: Language) -> [String?] { [voided(language)] }

  private func voided(_ language: Language) -> String? {
    voids.map { language.say("hủy v\($0)", "voids v\($0)") }
  }
}
