import Glibc

/// The command line as it was typed, in the form that the parser takes.
struct Invocation {
  static let current = Invocation(Array(CommandLine.arguments.dropFirst()), environment: environmentValue)

  /// The verb by its English name, then the options that stood before it, then the rest.
  let arguments: [String]
  let language: Language
  let wantsJSON: Bool

  init(_ typed: [String], environment: (String) -> String?) {
    arguments = Self.normalised(typed)
    language = .chosen(option: Self.value(of: "--lang", in: typed), environment: environment)
    wantsJSON = typed.prefix { $0 != "--" }.contains("--json")
  }

  private static let leading: Set<String> = ["--socket", "--lang", "--timeout"]

  static func normalised(_ typed: [String]) -> [String] {
    var index = 0
    while index < typed.count, typed[index].hasPrefix("--") {
      if leading.contains(typed[index]), index + 1 < typed.count {
        index += 2
      } else if typed[index] == "--json" || leading.contains(where: { typed[index].hasPrefix($0 + "=") }) {
        index += 1
      } else {
        return typed
      }
    }
    guard index < typed.count else { return typed }
    if typed[index] == "help", index + 1 < typed.count {
      return ["help", VerbNames.english(typed[index + 1])]
    }
    return [VerbNames.english(typed[index])] + typed[..<index] + typed[(index + 1)...]
  }

  private static func value(of option: String, in typed: [String]) -> String? {
    for (index, argument) in typed.enumerated() {
      if argument == "--" { return nil }
      if argument == option, index + 1 < typed.count { return typed[index + 1] }
      if argument.hasPrefix(option + "=") { return String(argument.dropFirst(option.count + 1)) }
    }
    return nil
  }
}

/// A variable of this process's environment; an empty one counts as missing.
func environmentValue(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}
