import ArgumentParser
import DeskInterface
import MerkleTree
import Varlink

struct Prove: Verb {
  static let verb = VerbName("prove", "chung-minh")
  static let configuration = verb.configuration(
    "chứng minh hồ sơ, hay cả sổ, không bị sửa: một tệp ai cũng kiểm được",
    "prove a case, or the ledger, unaltered: a file that anybody can check",
    usage: "<code>", "--from <from> [--to <to>]")

  @Argument(help: help("mã hồ sơ", "the case's code")) var code: String?
  @Option(
    help: help(
      "chứng minh theo điểm chốt đã công bố trong tệp này; không có thì theo điểm chốt mới nhất, và ký mới khi cần cho người vận hành",
      "against the published checkpoint in this file; else the newest, a new one being signed when an operator needs it"
    ))
  var checkpoint: String?
  @Flag(
    help: help(
      "kèm khóa niêm phong: ai có tệp đều đọc được dữ liệu cá nhân của hồ sơ",
      "with the sealing key: whoever has the file reads the case's personal data"))
  var open = false
  @Option(
    help: help("thay vì hồ sơ: sổ nối tiếp điểm chốt trong tệp này", "instead of a case: from this checkpoint's file"))
  var from: String?
  @Option(
    help: help("đến điểm chốt trong tệp này, không có thì điểm chốt mới nhất", "to this one's, else to the newest"))
  var to: String?
  @OptionGroup var file: OutFileOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    checkpoint = line.option("--checkpoint")
    open = line.flag("--open")
    from = line.option("--from")
    to = line.option("--to")
    file = line.group()
    common = line.group()
    code = line.argument()
  }

  mutating func validate() throws {
    let language = Invocation.current.language
    if from != nil, code != nil || checkpoint != nil || open {
      throw ValidationError(
        language.say(
          "--from chứng minh cả sổ: không đi cùng mã hồ sơ, --checkpoint hay --open.",
          "--from proves the ledger: it goes without a code, --checkpoint and --open."))
    }
    if to != nil, from == nil { throw ValidationError(language.say("--to đi cùng --from.", "--to goes with --from.")) }
  }

  func run(_ session: Session) throws {
    let given = try [checkpoint, from, to].compactMap(\.self).map {
      PublishedCheckpoint(file: $0, note: try Self.note($0, session))
    }
    let proof = try from == nil ? events(against: given.first, session) : growth(between: given, session)
    // What does not hold, or is about other checkpoints than those given, is not handed out.
    let text = session.wantsJSON && file.out == nil ? proof.line + "\n" : proof.text
    do throws(ProofError) {
      _ = try ProofCheck(keys: proof.keys, published: given).check(text)
    } catch {
      // The sentence that this becomes part of has a full stop of its own.
      let reason = error.verdict(file: "Prove", session.language).sentence.dropLast()
      throw Failure.protocolViolation(String(reason))
    }
    if open {
      Notice.line(
        session.say(
          "Tệp có khóa niêm phong của hồ sơ: chỉ đưa cho người được đọc dữ liệu cá nhân này.",
          "The file holds the case's sealing key: hand it only to who may read this personal data."))
    }
    guard let path = file.out else { return try session.output.exactly(text) }
    try OutFile.write(path, text, replaces: file.force, session.language)
    if session.wantsJSON { return try session.output.json(Written(file: path, verifierKey: proof.verifierKey)) }
    let check = CommandLineText(["check-proof", path, "--key", proof.verifierKey]).text
    try session.output.line(session.say("Đã ghi vào \(path).", "Written to \(path)."))
    try session.output.line("→ \(check)")
  }

  /// For `--json`.
  private struct Written: JSONWritable {
    var file: String
    var verifierKey: String

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("file", file)
      json.member("verifierKey", verifierKey)
      json.close()
    }
  }

  /// The note in a file, which must be one before anybody is asked about it.
  private static func note(_ path: String, _ session: Session) throws -> String {
    let text = try TextFile.read(path, session.language)
    guard let signed = try? SignedNote(parsing: text), (try? Checkpoint(text: signed.text)) != nil else {
      throw Failure.usage(
        session.say(
          "\(path) không phải điểm chốt do motcua checkpoint in ra.",
          "\(path) is no checkpoint as motcua checkpoint prints it."))
    }
    return text
  }

  private func events(against checkpoint: PublishedCheckpoint?, _ session: Session) throws -> ProofFile {
    let code = try session.code(code)
    var proof: EventsProof?
    try session.daemon.stream(Wire.Prove(code: code, checkpoint: checkpoint?.note, open: open ? true : nil)) { page in
      let part = EventsProof(page)
      guard var whole = proof else {
        proof = part
        return true
      }
      whole.events += part.events
      // What is said of the whole case is the same in every page, or the pages are of two answers.
      guard whole == EventsProof(part, events: whole.events) else { throw Failure.protocolViolation("Prove: {}") }
      proof = whole
      return true
    }
    guard let proof else { throw Failure.protocolViolation("Prove: {}") }
    return .events(proof)
  }

  /// - Parameter given: the old checkpoint, then the new one unless the newest is meant.
  private func growth(between given: [PublishedCheckpoint], _ session: Session) throws -> ProofFile {
    let call = Wire.ProveConsistency(old: given.first?.note ?? "", new: given.dropFirst().first?.note)
    let answer = try session.daemon.ask(call)
    return .growth(
      GrowthProof(old: answer.old, new: answer.new, verifierKey: answer.verifierKey, path: answer.path))
  }
}

extension EventsProof {
  fileprivate init(_ page: Wire.Prove.Answer) {
    self.init(
      code: page.code, checkpoint: page.checkpoint, verifierKey: page.verifierKey, events: page.events,
      disclosed: page.key.flatMap { key in page.keySlot.map { DisclosedKey(key: key, slot: $0) } })
  }

  fileprivate init(_ other: EventsProof, events: [Wire.ProvedEvent]) {
    self = other
    self.events = events
  }
}

extension ProofFile {
  fileprivate var verifierKey: String {
    switch self {
    case .events(let proof): proof.verifierKey
    case .growth(let proof): proof.verifierKey
    }
  }

  fileprivate var keys: [NoteVerifierKey] { (try? NoteVerifierKey(parsing: verifierKey)).map { [$0] } ?? [] }
}
