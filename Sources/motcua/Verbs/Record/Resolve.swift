import ArgumentParser
import DeskInterface

struct Resolve: Verb {
  static let verb = VerbName("resolve", "giai-quyet", "co-ket-qua")
  static let configuration = verb.configuration(
    "có kết quả: đã ký, đã vào số, nằm tại quầy",
    "the result is signed, numbered and at the counter",
    usage: "<code>")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(help: help("granted, refused hoặc answered", "granted, refused or answered")) var outcome: Wire.Outcome?
  @Option(help: help("lý do", "the reason")) var reason: String?
  @Option(help: help("số văn bản", "the document's number")) var document: String?
  @Option(help: help("người ký", "who signed")) var signedBy: String?
  @OptionGroup var late: LateApologyOptions
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    outcome = line.option("--outcome")
    reason = line.option("--reason")
    document = line.option("--document")
    signedBy = line.option("--signed-by")
    late = line.group()
    recording = line.group()
    common = line.group()
    code = line.argument()
  }

  func run(_ session: Session) throws {
    let code = try session.code(code)
    let dictated = try recording.dictated(
      session, [(.reason, reason), (.document, document), (.signedBy, signedBy)] + late.typed)
    let reason =
      outcome == .refused ? try dictated.required(.reason, "lý do từ chối", "why it is refused") : dictated[.reason]
    let apology = try late.apology(session.language, dictated)
    let entry = try recording.entry(session.language, dictated)
    try session.report(
      session.daemon.command(
        Wire.Resolve(
          code: code, outcome: outcome, reason: reason, documentNumber: dictated[.document],
          signedBy: dictated[.signedBy],
          apology: apology, entry: entry),
        id: entry.commandId
      ).receipt)
  }
}

extension Wire.Resolved: EventLines {
  static func name(_ language: Language) -> String { language.say("giải quyết", "resolved") }

  /// What closes is the end in a register that was imported, which says neither a result nor a hand-over.
  func called(_ language: Language) -> String {
    closes ? language.say("khép theo sổ cũ", "closed in its register") : Self.name(language)
  }

  func parts(_ language: Language) -> [String?] { [outcome.map(language.word), reason, documentNumber, signedBy] }
  func partsOutsideSeal(_ language: Language) -> [String?] { [outcome.map(language.word)] }
}
