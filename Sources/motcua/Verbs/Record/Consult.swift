import ArgumentParser
import Desk
import DeskInterface

struct Consult: Verb {
  static let verb = VerbName("consult", "tu-van", "huong-dan")
  static let configuration = verb.configuration(
    "tư vấn: một câu hỏi tại quầy, hoặc trong một hồ sơ",
    "give advice: on a question at the desk, or on a case",
    usage: "[<code>] <question> --answer <answer>")

  @Argument(
    help: help("[MÃ] \"câu hỏi\"; không có mã là một câu hỏi mới", "[CODE] \"question\"; without a code, a new enquiry")
  )
  var words: [String] = []

  @Option(help: help("lời hướng dẫn", "the guidance given"))
  var answer: String?

  @Option(help: help("mất mấy phút", "how many minutes it took"))
  var minutes: Int?

  @Option(help: help("họ tên người hỏi", "who asked"))
  var name: String?

  @Option(help: help("số điện thoại", "phone"))
  var phone: String?

  @Option(help: help("hỏi bằng cách nào", "how the question came"))
  var channel: Wire.Channel?

  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    answer = line.option("--answer")
    minutes = line.option("--minutes")
    name = line.option("--name")
    phone = line.option("--phone")
    channel = line.option("--channel")
    recording = line.group()
    common = line.group()
    words = line.arguments()
  }

  mutating func validate() throws {
    guard words.count <= 2 else {
      throw ValidationError(
        Invocation.current.language.say("Câu hỏi phải nằm trong dấu nháy.", "Put the question in quotation marks."))
    }
    let range = Desk.Consult.minutesRange
    guard minutes.map(range.contains) ?? true else {
      throw ValidationError(
        Invocation.current.language.say(
          "--minutes phải từ \(range.lowerBound) đến \(range.upperBound).",
          "--minutes must be from \(range.lowerBound) to \(range.upperBound)."))
    }
  }

  /// One word that looks like a code is a code, since a question has more to say.
  var parts: (code: String?, question: String?) {
    if words.count == 2 { return (words[0], words[1]) }
    guard let word = words.first else { return (nil, nil) }
    return Self.isCode(word) ? (word, nil) : (nil, word)
  }

  static func isCode(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard let serial = parts.last, (1...5).contains(serial.count) || parts.count > 1, !serial.isEmpty,
      serial.allSatisfy({ (0x30...0x39).contains($0) })
    else { return false }
    return !text.contains(" ")
  }

  func run(_ session: Session) throws {
    let (code, typed) = parts
    let dictated = try recording.dictated(
      session, [(.question, typed), (.answer, answer), (.name, name), (.phone, phone)])
    let question = try dictated.required(.question)
    let guidance = try dictated.required(.answer)
    if code != nil, dictated[.name] != nil || dictated[.phone] != nil || channel != nil {
      throw Failure.usage(
        session.say(
          "--name, --phone, --channel chỉ dùng cho câu hỏi mới, không kèm mã hồ sơ.",
          "--name, --phone and --channel are for a new enquiry, not for a case."))
    }
    let entry = try recording.entry(session.language, dictated)
    let receipt = try session.daemon.command(
      Wire.Consult(
        code: code, question: question, guidance: guidance, minutes: minutes, applicant: dictated[.name],
        phone: dictated[.phone],
        channel: channel, entry: entry),
      id: entry.commandId
    ).receipt
    try session.report(receipt)
  }
}

extension Wire.Consulted: EventLines {
  static func name(_ language: Language) -> String { language.say("tư vấn", "consulted") }

  func parts(_ language: Language) -> [String?] {
    let said = [question, guidance].filter { !$0.isEmpty }.map { "“\($0)”" }.joined(separator: " → ")
    return [said, minutes.map { language.say("\($0) phút", "\($0) min") }]
  }

  func partsOutsideSeal(_ language: Language) -> [String?] { [] }
}
