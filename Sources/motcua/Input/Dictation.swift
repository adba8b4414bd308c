import Glibc
import Varlink

/// The personal fields of one command, wherever they come from: typed on the command line, asked for on the terminal,
/// read from standard input (`-` in the place of the text, of one field), or read from a file of several (`--fields`).
struct Dictation {
  typealias Typed = [(field: PersonalField, text: String?)]

  private let session: Session
  private var texts: [PersonalField: String] = [:]
  private(set) var papers: [String] = []

  /// - Parameters:
  ///   - typed: every field that the verb takes, in the order in which it is asked for.
  ///   - papers: what was typed of the field that may be given more than once; nil where the verb takes none.
  ///   - file: a JSON object of fields, or `-` for standard input.
  /// - Throws: `Failure.usage` when two of them would be read from standard input, or the file is not what it should
  ///   be.
  init(_ session: Session, _ typed: Typed, papers: [String]? = nil, file: String?) throws {
    self.session = session
    let fields = typed.map(\.field) + (papers == nil ? [] : [.paper])
    let isAsking = Self.isAsking
    var awaited = typed.filter { $0.text == Self.dash }.map(\.field.label)
    awaited += (papers ?? []).filter { $0 == Self.dash }.map { _ in PersonalField.paper.label }
    if file == Self.dash { awaited.append("--fields") }
    // Nobody could tell where one field ends in the input and the next begins.
    if awaited.count > 1, !isAsking || file == Self.dash {
      let names = awaited.joined(separator: ", ")
      throw Failure.usage(
        session.say(
          "\(names): chỉ một trong số đó đọc được từ đầu vào chuẩn; có nhiều mục thì dùng --fields -.",
          "\(names): only one of them can be read from standard input; for several use --fields -."))
    }
    if let file { try take(from: file, allowed: fields, typed: Set(typed.filter { $0.text != nil }.map(\.field))) }
    if let papers, !papers.isEmpty {
      if !self.papers.isEmpty { throw Self.twice(.paper, session) }
      for paper in papers { self.papers += paper == Self.dash ? try askedPapers(isAsking) : [paper] }
    }
    for (field, text) in typed {
      guard let text else { continue }
      if text != Self.dash {
        texts[field] = text
      } else if let said = try isAsking ? session.asked(field.asked(session.language)) : piped(field) {
        texts[field] = said
      }
    }
  }

  /// The text of a field; nil when it was not given.
  subscript(_ field: PersonalField) -> String? { texts[field] }

  /// What was given, or what is typed now on a terminal.
  /// - Throws: `Failure.usage` where nobody can be asked.
  func required(_ field: PersonalField, _ vi: String? = nil, _ en: String? = nil) throws -> String {
    let asked = field.asked(session.language)
    return try session.required(texts[field], field.label, vi ?? asked, en ?? asked)
  }

  static let dash = "-"

  /// Whether somebody sits at the terminal who can be asked.
  static var isAsking: Bool { Terminal.isTerminal(STDIN_FILENO) && Terminal.isTerminal(STDERR_FILENO) }

  private func askedPapers(_ isAsking: Bool) throws -> [String] {
    guard isAsking else {
      return try piped(.paper).map { $0.split(separator: "\n").map(\.trimmed).filter { !$0.isEmpty } } ?? []
    }
    var papers: [String] = []
    while let paper = try session.asked(PersonalField.paper.asked(session.language)) { papers.append(paper) }
    return papers
  }

  /// Standard input to its end, trimmed; nil when it is empty.
  private func piped(_ field: PersonalField) throws -> String? {
    let text = try TextFile.standardInput(session.language).trimmed
    return text.isEmpty ? nil : text
  }

  private mutating func take(from file: String, allowed: [PersonalField], typed: Set<PersonalField>) throws {
    let isInput = file == Self.dash
    let said = isInput ? session.say("đầu vào chuẩn", "standard input") : file
    let text =
      isInput
      ? try TextFile.standardInput(session.language)
      : try TextFile.read(file, session.language, bytesMax: TextFile.fieldsBytesMax)
    let root: JSONNode
    do throws(StrictJSON.Failure) { root = try StrictJSON.parse(Array(text.utf8)) } catch {
      throw Failure.usage(
        session.say(
          "\(said) không phải JSON đúng chuẩn, ở byte \(error.offset)\(Self.vietnamese(error.reason)).",
          "\(said) is not strict JSON: \(error)."))
    }
    guard root.kind == .object else {
      throw Failure.usage(
        session.say(
          "\(said) phải là một đối tượng JSON, như {\"name\": \"…\"}.",
          "\(said) must be one JSON object, as in {\"name\": \"…\"}."))
    }
    for (key, value) in root.members {
      let name = key.string ?? ""
      guard let field = PersonalField(rawValue: name), allowed.contains(field) else {
        let known = allowed.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage(
          session.say(
            "\(said): lệnh này không có mục “\(name)”; có: \(known).",
            "\(said): this command has no field “\(name)”; it has: \(known)."))
      }
      if typed.contains(field) { throw Self.twice(field, session) }
      if field == .paper {
        let texts = value.elements.map(\.string)
        guard value.kind == .array, !texts.contains(nil) else {
          throw wrongType(name, said, "một danh sách chuỗi", "a list of strings")
        }
        papers = texts.compactMap(\.self)
      } else {
        guard let text = value.string else { throw wrongType(name, said, "một chuỗi", "a string") }
        texts[field] = text
      }
    }
  }

  private func wrongType(_ name: String, _ file: String, _ vi: String, _ en: String) -> Failure {
    .usage(session.say("\(file): mục “\(name)” phải là \(vi).", "\(file): the field “\(name)” must be \(en)."))
  }

  private static func twice(_ field: PersonalField, _ session: Session) -> Failure {
    .usage(
      session.say(
        "\(field.label) vừa ở dòng lệnh vừa ở --fields: chỉ viết một nơi.",
        "\(field.label) stands on the command line and in --fields: write it in one place."))
  }

  private static func vietnamese(_ reason: StrictJSON.Reason) -> String {
    switch reason {
    case .duplicateKey: ": hai mục cùng tên"
    case .longKey: ": tên mục quá dài"
    case .invalidUTF8: ": không phải UTF-8"
    case .byteOrderMark: ": có dấu BOM ở đầu"
    case .unexpectedEnd: ": hết quá sớm"
    case .trailingBytes: ": còn thừa sau đối tượng"
    case .unexpectedByte, .nulCharacter, .controlCharacter, .invalidEscape, .loneSurrogate, .invalidNumber, .tooDeep: ""
    }
  }
}
