import Varlink

/// Why a command did not do what was asked, apart from what the parser says.
enum Failure: Error {
  /// The command line, or a file that it names, cannot be used.
  case usage(String)
  case unreachable(Unreachable, path: String)
  /// No answer in time; when the call was a command, its id makes it safe to say it again.
  case timeout(commandID: String?, path: String)
  /// The connection was lost after sending and did not come back.
  case lost(commandID: String?)
  case protocolViolation(String)
  case refused(VarlinkError, commandID: String?, by: OlderDaemon? = nil)
  /// A proof that cannot be read, or does not hold.
  case proof(ProofError, file: String)
  /// What was asked about is damaged.
  case damaged(String)
  /// Somebody was asked, and said no.
  case declined(String, next: String? = nil)
  /// A directory that the command line names is not there, or is none; what makes one is run next.
  case noDirectory(String, next: String?)
  /// The demonstration did not go as its story says.
  case story(String)
}

/// Why there is no connection.
enum Unreachable: Equatable {
  case noSocket, refused, notPermitted, pathTooLong, timeout
  /// The account may open the socket from its next login on.
  case logInAgain
  case system(errno: Int32)
}

/// The exit codes, which scripts rely on.
enum Exit {
  static let done: Int32 = 0
  static let refused: Int32 = 1
  static let usage: Int32 = 64
  static let unreachable: Int32 = 69
  /// The command may be done; what it says could not be written.
  static let output: Int32 = 74
  static let temporary: Int32 = 75
  static let protocolViolation: Int32 = 76
  static let notPermitted: Int32 = 77
}

/// A failure in words: what is wrong, the command to run next, and the exit code.
struct Verdict {
  let sentence: String
  var next: String?
  let code: Int32
  /// For `--json`: the qualified name and the parameters, a JSON object.
  var name: String
  var parameters = "{}"

  func print(asJSON: Bool) {
    if asJSON {
      return Notice.json(
        JSONWriter.object {
          $0.member("error", name)
          $0.member("parameters", json: Array(parameters.utf8))
          $0.member("message", sentence)
        })
    }
    Notice.line(sentence)
    if let next { Notice.line("→ \(next)") }
  }
}

extension Failure {
  func verdict(_ invocation: Invocation) -> Verdict {
    let language = invocation.language
    let line = CommandLineText(invocation.arguments)
    switch self {
    case .usage(let sentence):
      let help = line.verb.map { "motcua \($0) --help" } ?? "motcua --help"
      return Verdict(sentence: sentence, next: help, code: Exit.usage, name: "usage")
    case .unreachable(let reason, let path):
      return reason.verdict(path: path, language)
    case .timeout(let id, let path):
      let ofSystem = Daemon.isOfSystem(path)
      return Verdict(
        sentence: language.say("motcuad không trả lời kịp.", "motcuad did not answer in time.")
          + (ofSystem ? Self.mayNotStart(language) : "") + Self.unknownOutcome(id, language),
        next: ofSystem ? Self.systemdStatus : line.repeated(id: id), code: Exit.temporary, name: "timeout")
    case .lost(let id):
      return Verdict(
        sentence: language.say("Mất kết nối với motcuad.", "The connection to motcuad is lost.")
          + Self.unknownOutcome(id, language),
        next: line.repeated(id: id), code: Exit.unreachable, name: "connectionLost")
    case .protocolViolation(let reason):
      return Verdict(
        sentence: language.say(
          "Không hiểu câu trả lời của motcuad: \(reason).", "The answer of motcuad cannot be understood: \(reason)."),
        next: "motcua status", code: Exit.protocolViolation, name: "protocol")
    case .refused(let error, let id, let older):
      return Refusal(error, commandID: id, by: older).verdict(line, language)
    case .proof(let error, let file):
      return error.verdict(file: file, language)
    case .damaged(let sentence):
      return Verdict(sentence: sentence, code: Exit.refused, name: "damaged")
    case .declined(let sentence, let next):
      return Verdict(sentence: sentence, next: next, code: Exit.refused, name: "declined")
    case .noDirectory(let sentence, let next):
      return Verdict(sentence: sentence, next: next, code: Exit.usage, name: "usage")
    case .story(let sentence):
      return Verdict(sentence: sentence, code: Exit.refused, name: "demo")
    }
  }

  /// systemd keeps the socket open for a daemon that refuses to start, so that its absence looks like slowness.
  fileprivate static func mayNotStart(_ language: Language) -> String {
    language.say(
      " Có thể nó không khởi động được; hãy hỏi người vận hành.", " It may not be able to start; ask the operator.")
  }

  fileprivate static let systemdStatus = "sudo systemctl status motcuad"

  private static func unknownOutcome(_ id: String?, _ language: Language) -> String {
    guard let id else { return "" }
    return language.say(
      " Chưa biết lệnh đã được ghi hay chưa; chạy lại với --id \(id) là an toàn, không bị ghi hai lần.",
      " Whether the command is recorded is unknown; running it again with --id \(id) is safe and records nothing twice."
    )
  }
}

extension Unreachable {
  /// The socket as well: a start does nothing where systemd believes that it is there.
  private static let systemdRestart = "sudo systemctl restart motcuad.socket motcuad"

  fileprivate func verdict(path: String, _ language: Language) -> Verdict {
    let ofSystem = Daemon.isOfSystem(path)
    switch self {
    case .noSocket:
      return Verdict(
        sentence: language.say(
          "Không có socket ở \(path): motcuad chưa chạy.", "No socket at \(path): motcuad is not running."),
        next: ofSystem ? Self.systemdRestart : "motcuad run", code: Exit.unreachable, name: "noSocket")
    case .refused:
      return Verdict(
        sentence: language.say(
          "Có socket ở \(path) nhưng không ai nghe: motcuad đã dừng.",
          "There is a socket at \(path) but nobody listens: motcuad has stopped."),
        next: ofSystem ? Self.systemdRestart : "motcuad run",
        code: Exit.unreachable, name: "connectionRefused")
    case .notPermitted:
      return Verdict(
        sentence: language.say(
          "Tài khoản này không được mở \(path). Người vận hành thêm nó vào nhóm motcua và một trong các nhóm "
            + "motcua-readers, motcua-clerks, motcua-supervisors, motcua-operators; sau đó phải đăng nhập lại.",
          "This account may not open \(path). The operator puts it into the group motcua and into one of motcua-readers, "
            + "motcua-clerks, motcua-supervisors, motcua-operators; then it must log in again."),
        next: "sudo usermod --append --groups motcua,motcua-… \"$USER\"", code: Exit.notPermitted,
        name: "notPermitted")
    case .logInAgain:
      return Verdict(
        sentence: language.say(
          "Tài khoản này đã ở trong nhóm motcua, nhưng phiên làm việc này thì chưa: đăng xuất, đăng nhập lại rồi mới mở được \(path).",
          "This account is in the group motcua, but this session is not yet: log out and in again to open \(path)."),
        next: "su --login \"$USER\"", code: Exit.notPermitted, name: "logInAgain")
    case .pathTooLong:
      return Verdict(
        sentence: language.say(
          "Đường dẫn socket quá 107 byte: \(path)", "The socket's path has more than 107 bytes: \(path)"),
        code: Exit.usage, name: "pathTooLong")
    case .timeout:
      return Verdict(
        sentence: language.say(
          "motcuad ở \(path) không nhận kết nối kịp.", "motcuad at \(path) did not accept in time.")
          + (ofSystem ? Failure.mayNotStart(language) : ""),
        next: ofSystem ? Failure.systemdStatus : "motcua status", code: Exit.temporary, name: "timeout")
    case .system(let errno):
      return Verdict(
        sentence: language.say(
          "Không kết nối được \(path): \(language.system(errno)).",
          "Cannot connect to \(path): \(language.system(errno))."),
        code: Exit.unreachable, name: "system")
    }
  }
}
