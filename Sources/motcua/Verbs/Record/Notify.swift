public import ArgumentParser
public import DeskInterface

struct Notify: Verb {
  static let verb = VerbName("notify", "thong-bao")
  static let configuration = verb.configuration(
    "ghi việc thông báo cho dân (giấy hẹn, ngày hẹn lại, kết quả)",
    "record that the citizen was told (of the slip, a new date, a result)",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(
    help: help(
      "thông báo về sự kiện nào (v2 là 2); không cần nếu chỉ còn nợ một thông báo",
      "the version of the event that he is told of (2 for v2); may be left out when one notice is owed"))
  var of: Int?
  @Option(
    help: help(
      "báo bằng cách nào: trực tiếp, điện thoại, tin nhắn, thư điện tử, bưu điện, cổng dịch vụ công",
      "how he is told"))
  var channel: Wire.NoticeChannel = .inPerson
  @Option(
    help: help(
      "hết nợ: handedOver (trực tiếp thì không cần ghi), delivered, confirmed (dân xác nhận); còn nợ: sent, claimed (nghe người khác nói), failed",
      "settled: handedOver (may be left out in person), delivered, confirmed (he says so); still owed: sent, claimed (another says so), failed"
    ))
  var outcome: Wire.NoticeOutcome?
  @Option(help: help("biên nhận của bên chuyển", "what whoever carried it gave as a receipt")) var receipt: String?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    of = line.option("--of")
    channel = line.option("--channel") ?? .inPerson
    outcome = line.option("--outcome")
    receipt = line.option("--receipt")
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(session, [(.receipt, receipt)])
    let entry = try recording.entry(session.language, dictated)
    // What is put into his hands is there; of all else nobody may guess what became of it.
    guard let outcome = outcome ?? (channel == .inPerson ? .handedOver : nil) else {
      throw Failure.usage(
        session.say("Thiếu --outcome: thông báo đã ra sao?", "Missing --outcome: what became of the notice?"))
    }
    try session.report(
      session.daemon.command(
        Wire.Notify(code: code, of: of, channel: channel, outcome: outcome, receipt: dictated[.receipt], entry: entry),
        id: entry.commandId
      ).receipt)
  }
}

extension Wire.Notified: EventLines {
  static func name(_ language: Language) -> String { language.say("thông báo", "notified") }

  func parts(_ language: Language) -> [String?] { partsOutsideSeal(language) + [receipt] }

  func partsOutsideSeal(_ language: Language) -> [String?] {
    [language.say("về v\(of)", "of v\(of)"), channel.said(language.word), outcome.said(language.word)]
  }
}

extension Wire.NoticeChannel: ExpressibleByArgument {}
extension Wire.NoticeOutcome: ExpressibleByArgument {}

extension Language {
  fileprivate func word(_ channel: Wire.NoticeChannel) -> String {
    switch channel {
    case .inPerson: say("gặp trực tiếp", "in person")
    case .phone: say("gọi điện", "by phone")
    case .message: say("tin nhắn", "by message")
    case .email: say("thư điện tử", "by e-mail")
    case .post: say("bưu điện", "by post")
    case .portal: say("cổng dịch vụ công", "at the portal")
    }
  }

  fileprivate func word(_ outcome: Wire.NoticeOutcome) -> String {
    switch outcome {
    case .handedOver: say("đã trao tận tay", "handed over")
    case .delivered: say("đã đến nơi", "delivered")
    case .confirmed: say("dân đã xác nhận", "confirmed")
    case .sent: say("đã gửi, chưa rõ đến chưa", "sent")
    case .claimed: say("theo lời người báo", "by somebody's word")
    case .failed: say("không báo được", "failed")
    }
  }
}
