public import ArgumentParser
public import DeskInterface
import EventSourcing
import Glibc

/// What every verb takes.
struct CommonOptions: PlainlyRead {
  @Option(help: help("socket của motcuad", "the socket of motcuad"))
  var socket: String?

  @Option(help: help("ngôn ngữ: vi hoặc en", "the language: vi or en"))
  var lang: Language?

  @Flag(help: help("JSON, mỗi đối tượng một dòng", "JSON, one object a line"))
  var json = false

  @Option(help: help("số giây chờ trả lời", "seconds to wait for an answer"))
  var timeout: Int = 30

  mutating func take(from line: inout PlainLine) {
    socket = line.option("--socket")
    lang = line.option("--lang")
    json = line.flag("--json")
    timeout = line.option("--timeout") ?? 30
  }

  mutating func validate() throws {
    guard (1...86_400).contains(timeout) else {
      throw ValidationError(
        Invocation.current.language.say("--timeout là số giây từ 1 đến 86400.", "--timeout is in seconds, 1 to 86400."))
    }
  }

  /// The option, the environment, the user's own daemon, the system's: the first that there is.
  static func socketPath(option: String?, environment: (String) -> String?, exists: (String) -> Bool) -> String {
    let ofSystem = "/run/motcua/motcuad.sock"
    if let path = option ?? environment("MOTCUA_SOCKET") { return path }
    guard let directory = environment("XDG_RUNTIME_DIR") else { return ofSystem }
    let own = "\(directory)/motcua/motcuad.sock"
    return exists(own) || !exists(ofSystem) ? own : ofSystem
  }
}

/// Where the personal parts of a command may come from instead of the command line.
struct FieldsOptions: PlainlyRead {
  @Option(
    help: help(
      "tệp JSON chứa các mục cá nhân, như {\"name\": \"…\"}; - là đầu vào chuẩn",
      "a JSON file of the personal fields, as in {\"name\": \"…\"}; - is standard input"),
    completion: .file(extensions: ["json"]))
  var fields: String?

  mutating func take(from line: inout PlainLine) { fields = line.option("--fields") }
}

/// What every verb takes that records something.
struct RecordingOptions: PlainlyRead {
  @Option(help: help("mã lệnh (UUID), để chạy lại an toàn", "the command's id (a UUID), to run it again safely"))
  var id: String?

  @Option(help: help("việc đã xảy ra lúc nào, nếu trước bây giờ", "when it happened, if before now"))
  var at: String?

  @Option(help: help("vì sao ghi muộn (cùng --at)", "why it is recorded late (with --at)"))
  var why: String?

  @Option(help: help("chỉ ghi khi hồ sơ đang ở phiên bản này", "only if the case is at this version"))
  var expect: Int?

  @Option(
    help: help("tài khoản mà người phụ trách làm thay", "the account for which a supervisor does it"))
  var onBehalfOf: String?

  @OptionGroup var file: FieldsOptions

  mutating func take(from line: inout PlainLine) {
    id = line.option("--id")
    at = line.option("--at")
    why = line.option("--why")
    expect = line.option("--expect")
    onBehalfOf = line.option("--on-behalf-of")
    file = line.group()
  }

  /// What is given of the personal fields, of the verb's own and of `--why`.
  func dictated(_ session: Session, _ typed: Dictation.Typed = [], papers: [String]? = nil) throws -> Dictation {
    try Dictation(session, typed + [(.why, why)], papers: papers, file: file.fields)
  }

  func entry(_ language: Language, _ dictated: Dictation) throws -> Wire.Entry {
    var entry = try entry(language)
    entry.reason = dictated[.why]
    return entry
  }

  func entry(_ language: Language) throws -> Wire.Entry {
    if let onBehalfOf, onBehalfOf.trimmed.isEmpty {
      throw Failure.usage(
        language.say("--on-behalf-of thiếu tên tài khoản.", "--on-behalf-of is given without the name of an account."))
    }
    return Wire.Entry(
      commandId: id ?? CommandID.text(CommandID.make(milliseconds: Self.now)), expectedVersion: expect,
      occurredAt: try at.map { try DateInput.wire($0, for: "--at", language: language) }, reason: why,
      onBehalfOf: onBehalfOf)
  }

  /// Milliseconds since 1970, by this machine's clock.
  private static var now: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }
}

/// An apology that goes with a late result.
struct LateApologyOptions: PlainlyRead {
  @Option(
    name: [.customLong("apologise"), .customLong("apologize")],
    help: help("lời xin lỗi, khi đã trễ hẹn", "the apology, when the date is broken"))
  var apologise: String?

  @Option(help: help("nguyên nhân xin lỗi", "the cause of the apology"))
  var cause: String?

  @Option(help: help("người ký lời xin lỗi", "who signs the apology"))
  var signatory: String?

  @Option(help: help("số văn bản xin lỗi", "the number of the letter of apology"))
  var letter: String?

  mutating func take(from line: inout PlainLine) {
    apologise = line.option("--apologise", "--apologize")
    cause = line.option("--cause")
    signatory = line.option("--signatory")
    letter = line.option("--letter")
  }

  /// Its personal fields, as they were typed.
  var typed: Dictation.Typed { [(.apologise, apologise), (.signatory, signatory), (.letter, letter)] }

  func apology(_ language: Language, _ dictated: Dictation) throws -> Wire.LateApology? {
    var given = self
    (given.apologise, given.signatory, given.letter) = (dictated[.apologise], dictated[.signatory], dictated[.letter])
    return try given.apology(language)
  }

  func apology(_ language: Language) throws -> Wire.LateApology? {
    guard let apologise else {
      guard cause == nil, signatory == nil, letter == nil else {
        throw Failure.usage(
          language.say(
            "--cause, --signatory và --letter đi cùng --apologise.",
            "--cause, --signatory and --letter go with --apologise."))
      }
      return nil
    }
    return Wire.LateApology(cause: cause ?? "late", text: apologise, signatory: signatory, letterNumber: letter)
  }
}

extension Wire.Channel: ExpressibleByArgument {}
extension Wire.CaseKind: ExpressibleByArgument {}
extension Wire.Outcome: ExpressibleByArgument {}
extension Wire.Status: ExpressibleByArgument {}

/// What is asked about an earlier time instead of now.
struct PastOptions: PlainlyRead {
  @Option(
    name: .customLong("as-of"),
    help: help("theo những gì đã ghi đến lúc này", "from what was recorded by this time"))
  var asOf: String?

  @Flag(help: help("tính theo lúc việc xảy ra (cùng --as-of)", "by when it happened (with --as-of)"))
  var occurred = false

  mutating func take(from line: inout PlainLine) {
    asOf = line.option("--as-of")
    occurred = line.flag("--occurred")
  }

  /// The time as the daemon reads it; nil for now.
  func wire(_ language: Language) throws -> String? {
    guard asOf != nil || !occurred else {
      throw Failure.usage(language.say("--occurred đi cùng --as-of.", "--occurred goes with --as-of."))
    }
    return try asOf.map { try DateInput.wire($0, for: "--as-of", language: language) }
  }
}
