import Desk
import Glibc
import Wording

/// The language of what the daemon says to the person who starts it.
enum Language: String, Sendable {
  case vi, en

  /// The language that `MOTCUA_LANG` names, or else the locale. The locales C and POSIX name none, so then the
  /// office's.
  static func current(office: Language = .vi) -> Language {
    for name in ["MOTCUA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
      guard let pointer = getenv(name) else { continue }
      let value = String(cString: pointer)
      if value.isEmpty { continue }
      if value.hasPrefix("vi") { return .vi }
      if value == "C" || value.hasPrefix("C.") || value == "POSIX" { return office }
      return .en
    }
    return office
  }

  func pick(_ text: Text) -> String { self == .vi ? text.vi : text.en }
}

extension Text {
  /// `1 case`, `2 cases`: for English only, since Vietnamese nouns have one form.
  static func counted(_ number: some BinaryInteger, _ noun: String) -> String {
    "\(number.groupedEn) \(noun)\(number == 1 ? "" : "s")"
  }
}
