/// A field that may tell about a person, by the name that it is typed under: everything that the ledger seals, and what
/// people are searched by. Command lines are no place for it, because every account of the machine can read them.
enum PersonalField: String, CaseIterable {
  case name, phone, place, subject, paper, urgent
  case handedInBy = "handed-in-by"
  case helpGiven = "help-given"
  case question, answer
  case step, by, group
  case text, apologise, signatory, letter
  case reason, document
  case signedBy = "signed-by"
  case to, authority
  case why
  case receipt
  case words

  /// Whether the field is typed by its place and not as an option.
  private var isPositional: Bool { [.question, .step, .words].contains(self) }

  /// What the person who types it knows it by.
  var label: String { isPositional ? rawValue.uppercased() : "--\(rawValue)" }

  /// Whether the option is that of a personal field.
  static func isOption(_ option: String) -> Bool { allCases.contains { !$0.isPositional && $0.label == option } }

  /// The words that ask for the field on the terminal.
  func asked(_ language: Language) -> String {
    switch self {
    case .name: language.say("họ tên", "the name")
    case .phone: language.say("số điện thoại", "the phone")
    case .place: language.say("nơi ở", "the place of residence")
    case .subject: language.say("nội dung", "what it is about")
    case .paper: language.say("giấy tờ đã nhận (để trống là hết)", "a paper handed in (nothing when that is all)")
    case .urgent: language.say("vì sao dân vội", "why it is urgent")
    case .handedInBy: language.say("người nộp thay", "who handed it in for the applicant")
    case .helpGiven: language.say("đã giúp dân việc gì", "what help was given")
    case .question: language.say("câu hỏi", "the question")
    case .answer: language.say("lời hướng dẫn", "the guidance")
    case .step: language.say("bước đã xong", "the step that is done")
    case .by: language.say("ai làm, hay ai xin", "by whom")
    case .group: language.say("bộ phận nào", "which group")
    case .text, .apologise:
      language.say(
        "lời xin lỗi (như: Xin lỗi ông/bà vì trễ hẹn.)", "the apology (such as: Xin lỗi ông/bà vì trễ hẹn.)")
    case .signatory: language.say("người ký", "who signs")
    case .letter: language.say("số văn bản", "the letter's number")
    case .reason: language.say("lý do", "the reason")
    case .document: language.say("số văn bản", "the document's number")
    case .signedBy: language.say("người ký", "who signed")
    case .to: language.say("ai nhận", "who took it")
    case .authority: language.say("theo giấy tờ nào", "by what authority")
    case .why: language.say("vì sao ghi muộn", "why it is recorded late")
    case .receipt: language.say("biên nhận của bên chuyển", "the receipt of whoever carried it")
    case .words: language.say("tìm gì", "what to search for")
    }
  }
}
