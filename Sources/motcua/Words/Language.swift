import ArgumentParser
import DeskInterface

/// The two languages that the client speaks.
enum Language: String, CaseIterable, ExpressibleByArgument {
  case vi, en

  /// Chooses between the two forms of one message.
  func say(_ vi: String, _ en: String) -> String { self == .vi ? vi : en }

  func say(_ text: Wire.Text) -> String { say(text.vi, text.en) }

  /// The language by the option, then `MOTCUA_LANG`, then the locale. A locale that names no language means the
  /// office's, and offices here speak Vietnamese.
  static func chosen(option: String?, environment: (String) -> String?) -> Language {
    if let language = option.flatMap(Language.init(rawValue:)) { return language }
    let names = ["MOTCUA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
    guard let locale = names.lazy.compactMap(environment).first(where: { !$0.isEmpty }) else { return .vi }
    let language = locale.prefix { $0 != "." && $0 != "_" && $0 != "@" }.lowercased()
    return ["vi", "c", "posix"].contains(language) ? .vi : .en
  }
}

/// Help in the language of this process: option declarations are read before any option is.
func help(_ vi: String, _ en: String) -> ArgumentHelp {
  ArgumentHelp(stringLiteral: Invocation.current.language.say(vi, en))
}
