/// The command that was typed, changed so that it can be run next, and written as a shell takes it.
struct CommandLineText {
  private(set) var arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  var verb: String? { arguments.first.flatMap { VerbNames.isVerb($0) ? $0 : nil } }

  var text: String { (["motcua"] + arguments.map(Self.quoted)).joined(separator: " ") }

  /// The same with the option set to the value, wherever it stood.
  func with(_ option: String, _ value: String) -> CommandLineText {
    var copy = without(option)
    // Behind “--” everything is an argument.
    let end = copy.arguments.firstIndex(of: "--") ?? copy.arguments.endIndex
    copy.arguments.insert(contentsOf: [option, value], at: end)
    return copy
  }

  /// What was given for an option; nil where it was not typed.
  func value(of option: String) -> String? {
    var rest = arguments.prefix { $0 != "--" }
    while let argument = rest.popFirst() {
      if argument == option { return rest.first }
      if argument.hasPrefix("\(option)=") { return String(argument.dropFirst(option.count + 1)) }
    }
    return nil
  }

  func without(_ options: String...) -> CommandLineText {
    var kept: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if argument == "--" {
        kept += arguments[index...]
        break
      }
      if options.contains(argument) {
        index += 2
      } else {
        if !options.contains(where: { argument.hasPrefix("\($0)=") }) { kept.append(argument) }
        index += 1
      }
    }
    return CommandLineText(kept)
  }

  func replacing(_ typed: String, by code: String) -> CommandLineText {
    CommandLineText(arguments.map { $0 == typed ? code : $0 })
  }

  /// Under the same id; nil where there is no command to repeat.
  func repeated(id: String?) -> String? {
    guard verb != nil else { return nil }
    return id.map { with("--id", $0).text } ?? text
  }

  /// As a shell takes it for one word.
  static func quoted(_ argument: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+=,@%".unicodeScalars)
    if !argument.isEmpty, argument.unicodeScalars.allSatisfy({ plain.contains($0) }) { return argument }
    if argument.unicodeScalars.allSatisfy({ !"\"\\$`!".unicodeScalars.contains($0) }) { return "\"\(argument)\"" }
    return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
