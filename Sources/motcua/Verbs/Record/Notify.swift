public import ArgumentParser
public import DeskInterface

struct Notify: Verb {
  static let verb = VerbName("notify", "thong-bao")
  static var configuration: CommandConfiguration {
    verb.configuration(
      "ghi việc thông báo cho dân (giấy hẹn, ngày hẹn lại, kết quả)",
      "record that the citizen was told (of the slip, a new date, a result)")
  }

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(
    help: help(
      "thông báo về sự kiện nào (v2 là 2); không cần nếu chỉ còn nợ một thông báo",
      "the version of the event that he is told of; may be left out when one notice is owed"))
  var of: Int?
  @Option(
    help: help(
      "inPerson (mặc định), phone, message, email, post hoặc portal",
      "inPerson (the default), phone, message, email, post or portal"))
  var channel: Wire.NoticeChannel = .inPerson
  @Option(
    help: help(
      "handedOver, delivered, confirmed (đã đến tay); sent, claimed hoặc failed (còn nợ)",
      "handedOver, delivered, confirmed (he knows); sent, claimed or failed (still owed)"))
  var outcome: Wire.NoticeOutcome?
  @Option(help: help("biên nhận của bên chuyển", "what whoever carried it gave as a receipt")) var receipt: String?
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(session, [(.receipt, receipt)])
    let entry = try recording.entry(session.language, dictated)
    // What is put into his hands is there; of all else nobody may guess what became of it.
    guard let outcome = outcome ?? (channel == .inPerson ? .handedOver : nil) else {
      throw Failure.usage(
        session.say("Thiếu --outcome: thông báo đã ra sao?", "There is no --outcome: what became of the notice?"))
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
    case .inPerson: say("gặp tận nơi", "in person")
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
