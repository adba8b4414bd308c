import ArgumentParser

/// A verb's English name and its others. What is typed is compared without accents and with hyphens for spaces.
struct VerbName {
  let english: String
  let others: [String]

  init(_ english: String, _ others: String...) {
    self.english = english
    self.others = others
  }

  /// - Parameter usage: how it is called, a line each, where something is needed that may be left out on a terminal only, because
  ///   it is asked for there: the parser takes that for something that may always be left out.
  func configuration(_ vi: String, _ en: String, usage: String...) -> CommandConfiguration {
    CommandConfiguration(
      commandName: english, abstract: Invocation.current.language.say(vi, en),
      usage: usage.isEmpty
        ? nil : usage.map { "motcua \(english) \($0) [<options>]" }.joined(separator: "\n"), aliases: others)
  }
}

enum VerbNames {
  /// The English verb for whatever name was typed; what is no verb stays as it is.
  static func english(_ typed: String) -> String {
    let name = typed.shortName
    for verb in Motcua.verbs where verb.verb.english == name || verb.verb.others.contains(name) {
      return verb.verb.english
    }
    return typed
  }

  static func isVerb(_ name: String) -> Bool { verb(name) != nil }

  /// The verb of this English name.
  static func verb(_ name: String) -> (any Verb.Type)? { Motcua.verbs.first { $0.verb.english == name } }
}
