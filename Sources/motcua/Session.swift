import ArgumentParser
import DeskInterface
import Glibc

/// One run of a verb: whom it asks, in which language it speaks and where it writes.
struct Session {
  let language: Language
  let wantsJSON: Bool
  let daemon: Daemon
  let output = Output()

  init(_ options: CommonOptions) {
    language = Invocation.current.language
    wantsJSON = options.json
    daemon = Daemon(
      path: CommonOptions.socketPath(option: options.socket, environment: environmentValue) { access($0, F_OK) == 0 },
      timeout: .seconds(options.timeout))
  }

  func say(_ vi: String, _ en: String) -> String { language.say(vi, en) }

  /// Says to a person, once and when all is done, that the daemon which did it is older. What was done stands, so a daemon
  /// that has gone since is none of his concern.
  func noteOlderDaemon() {
    guard !wantsJSON, let older = try? daemon.older() else { return }
    Notice.line(older.sentence(language))
    Notice.line("→ \(older.restart)")
  }

  /// What was typed, or what is typed now on a terminal.
  /// - Throws: `Failure.usage` where nobody can be asked.
  func required(_ value: String?, _ name: String, _ vi: String, _ en: String) throws -> String {
    if let value { return value }
    let missing = Failure.usage(say("Thiếu \(name): \(vi).", "Missing \(name): \(en)."))
    guard Terminal.isTerminal(STDIN_FILENO), Terminal.isTerminal(STDERR_FILENO) else {
      throw missing
    }
    while true {
      Notice.ask(Self.prompt(say(vi, en)))
      guard let line = readLine() else { throw missing }
      if !line.trimmed.isEmpty { return line.trimmed }
    }
  }

  /// What is typed now for what may be left out; nil for an empty line.
  func asked(_ question: String) throws -> String? {
    Notice.ask(Self.prompt(question))
    guard let line = readLine() else {
      throw Failure.usage(say("Không có câu trả lời cho “\(question)”.", "There is no answer to “\(question)”."))
    }
    return line.trimmed.isEmpty ? nil : line.trimmed
  }

  /// How a question ends on the terminal.
  static let promptEnd = "? "

  private static func prompt(_ question: String) -> String {
    question.prefix(1).uppercased() + question.dropFirst() + promptEnd
  }

  func code(_ value: String?) throws -> String { try required(value, "CODE", "mã hồ sơ", "the case's code") }

  /// Says what was recorded and what comes next.
  func report(_ receipt: Wire.Receipt) throws {
    if wantsJSON { return try output.json(receipt) }
    for line in ReceiptForm.lines(receipt, language) { try output.line(line) }
  }
}

/// A verb of the client.
protocol Verb: ParsableCommand, PlainlyRead {
  static var verb: VerbName { get }
  var common: CommonOptions { get }
  func run(_ session: Session) throws
}

extension Verb {
  /// A verb that takes long itself leaves its line to the parser.
  mutating func take(from line: inout PlainLine) { line.leaveToParser() }

  func run() throws {
    let session = Session(common)
    try run(session)
    try session.output.flush()
    session.noteOlderDaemon()
  }
}
