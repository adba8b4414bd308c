import ArgumentParser
import DeskInterface

struct CheckProof: Verb {
  static let verb = VerbName("check-proof", "kiem-chung")
  static let configuration = verb.configuration(
    "kiểm một tệp chứng minh, không cần motcuad",
    "check a proof, without the daemon",
    usage: "<file> --key <key> [--checkpoint <checkpoint>]")

  @Argument(help: help("tệp chứng minh", "the proof")) var file: String?
  @Option(
    help: help(
      "khóa công khai của cơ quan, hoặc tệp chứa khóa", "the office's verifier key, or a file that holds it"))
  var key: [String] = []
  @Option(help: help("tệp điểm chốt đã công bố", "the file of a published checkpoint"))
  var checkpoint: [String] = []
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    key = line.options("--key")
    checkpoint = line.options("--checkpoint")
    common = line.group()
    file = line.argument()
  }

  func run(_ session: Session) throws {
    let language = session.language
    let file = try session.required(file, "FILE", "tệp chứng minh", "the proof")
    let given =
      try key.isEmpty
      ? [session.required(nil, "--key", "khóa công khai của cơ quan", "the office's verifier key")] : key
    let keys = try TrustedKeys.read(given, language)
    let published = try checkpoint.map { PublishedCheckpoint(file: $0, note: try TextFile.read($0, language)) }
    let text = try TextFile.read(file, language)
    let proved: Proved
    do throws(ProofError) {
      proved = try ProofCheck(keys: keys, published: published).check(text)
    } catch {
      throw Failure.proof(error, file: file)
    }
    if session.wantsJSON { return try session.output.json(ProvedForm.json(proved)) }
    for line in ProvedForm.lines(proved, language) { try session.output.line(line) }
  }
}
