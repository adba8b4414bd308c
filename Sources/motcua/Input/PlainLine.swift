import ArgumentParser

/// A command line of the plain kind: whole names of options, each once and with its value in a word of its own, and arguments.
///
/// Nearly everything that is typed is plain. A verb takes from it what it knows; the parser of arguments, which learns at run time
/// what each verb takes, would need many times as long as the rest of a short command. Of a line that is not plain, or not right,
/// nothing is said here: the parser reads it from the beginning, or says what is wrong with it.
struct PlainLine {
  /// What was typed; nil where it has been taken. Nothing moves, since a value is what stood behind its option.
  private var words: [String?]
  private var isPlain = true

  private init(_ words: ArraySlice<String>) { self.words = words.map { $0 } }

  /// The verb that a command line calls, as the parser would read it; nil where the parser has to.
  static func read(_ arguments: [String]) -> (any Verb)? {
    guard let name = arguments.first, let verb = VerbNames.verb(name) else { return nil }
    return read(verb, from: arguments.dropFirst())
  }

  private static func read<Called: Verb>(_: Called.Type, from words: ArraySlice<String>) -> Called? {
    var line = PlainLine(words)
    let verb = line.group(Called.self)
    return line.isPlain && line.words.allSatisfy { $0 == nil } ? verb : nil
  }

  /// The options of a group, if they are such as the group itself allows.
  mutating func group<Group: PlainlyRead>(_: Group.Type = Group.self) -> Group {
    var group = Group()
    group.take(from: &self)
    if isPlain, (try? group.validate()) == nil { leaveToParser() }
    return group
  }

  mutating func flag(_ name: String) -> Bool {
    guard let index = words.firstIndex(of: name) else { return false }
    words[index] = nil
    return true
  }

  /// - Parameter names: what it is called; given under two of them the line is not plain.
  mutating func option<Value: ExpressibleByArgument>(_ names: String..., of _: Value.Type = Value.self) -> Value? {
    guard let index = words.firstIndex(where: { word in names.contains { $0 == word } }) else { return nil }
    guard index + 1 < words.count, let word = words[index + 1], Self.isValue(word), let value = Value(argument: word)
    else {
      leaveToParser()
      return nil
    }
    words[index] = nil
    words[index + 1] = nil
    return value
  }

  /// An option that may be given several times.
  mutating func options(_ name: String) -> [String] {
    var values: [String] = []
    while let value = option(name, of: String.self) { values.append(value) }
    return values
  }

  /// The next argument. What is an option must have been taken before.
  mutating func argument() -> String? {
    guard let index = words.firstIndex(where: { $0 != nil }), let word = words[index], Self.isValue(word) else {
      return nil
    }
    words[index] = nil
    return word
  }

  /// All arguments that are left.
  mutating func arguments() -> [String] {
    var arguments: [String] = []
    while let word = argument() { arguments.append(word) }
    return arguments
  }

  mutating func leaveToParser() { isPlain = false }

  /// A dash alone stands for what will be typed; any other word with a dash before it is an option, or a mistake.
  private static func isValue(_ word: String) -> Bool { word == "-" || word.utf8.first != UInt8(ascii: "-") }
}

/// What can be taken from a plain line: a verb, or a group of options.
protocol PlainlyRead: ParsableArguments {
  /// Takes each of its options by its name, and then its arguments in their order. It sets all that it declares, because the
  /// parser, who would set the rest, is not asked.
  mutating func take(from line: inout PlainLine)
}
