import ArgumentParser
import DeskInterface
import Glibc
import MerkleTree
import Varlink

struct PrintCheckpoint: Verb {
  static let verb = VerbName("checkpoint", "diem-chot")
  static let configuration = verb.configuration(
    "điểm chốt có chữ ký của sổ, để công bố", "the ledger's signed tree head, to be published")

  @OptionGroup var file: OutFileOptions
  @Option(
    help: help(
      "ghi vào tệp trong thư mục này, tên tệp theo ngày và số sự kiện",
      "write into this directory, to a file that is named by the day and the number of events"))
  var directory: String?
  @Flag(
    help: help(
      "khi chưa từng có khóa ký thì chỉ nhắc, không coi là lỗi",
      "only say so, and do not fail, as long as there has never been a signing key"))
  var ifKey = false
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    file = line.group()
    directory = line.option("--directory")
    ifKey = line.flag("--if-key")
    common = line.group()
  }

  mutating func validate() throws {
    if directory != nil, file.out != nil {
      throw ValidationError(
        Invocation.current.language.say(
          "--directory tự đặt tên tệp: không đi cùng --out.",
          "--directory names the file itself: it goes without --out.")
      )
    }
  }

  func run(_ session: Session) throws {
    let answer: Wire.Checkpoint.Answer
    do { answer = try session.daemon.ask(Wire.Checkpoint()) } catch let failure as Failure {
      guard ifKey, try Self.wasNeverSigned(failure, session) else { throw failure }
      return failure.verdict(Invocation.current).print(asJSON: session.wantsJSON)
    }
    let checkpoint = try Self.read(answer.note)
    let path = try directory.map { try Self.keep(answer.note, checkpoint, in: $0, session) } ?? file.out
    if let path = file.out { try OutFile.write(path, answer.note, replaces: file.force, session.language) }
    if session.wantsJSON { return try session.output.json(answer) }
    guard let path else { return try session.output.exactly(answer.note) }
    let size = Int(clamping: checkpoint.size)
    try session.output.line(
      session.say(
        "Đã ghi điểm chốt của \(checkpoint.origin) ở \(session.language.grouped(size)) sự kiện vào \(path).",
        "Wrote the checkpoint of \(checkpoint.origin) at \(session.language.counted(size, "event")) to \(path)."))
  }

  /// A key that was there once and is not any more is a failure that must be seen.
  private static func wasNeverSigned(_ failure: Failure, _ session: Session) throws -> Bool {
    guard case .refused(let error, _, _) = failure, error.name == Wire.NoSigningKey.error else { return false }
    return try session.daemon.ask(Wire.GetStatus()).status.lastCheckpoint == nil
  }

  /// Everybody may read what is made there: it is to be published.
  ///
  /// - Returns: the file, which may have been there already; it is never written over.
  private static func keep(
    _ note: String, _ checkpoint: Checkpoint, in directory: String, _ session: Session
  ) throws -> String {
    let now = try session.daemon.ask(Wire.GetStatus()).status.now
    // It goes into a path, and what is no time may lead anywhere.
    guard Moment(now) != nil else { throw Failure.protocolViolation("GetStatus: now") }
    let path = "\(directory)/\(now.prefix(10))-\(checkpoint.size).checkpoint"
    var status = stat()
    if lstat(path, &status) == 0, try TextFile.read(path, session.language) == note { return path }
    try OutFile.write(path, note, replaces: false, mode: 0o644, session.language)
    return path
  }

  /// The note is printed as it is, so that it must be one.
  static func read(_ note: String) throws -> Checkpoint {
    do { return try Checkpoint(text: SignedNote(parsing: note).text) } catch {
      throw Failure.protocolViolation("Checkpoint: \(error)")
    }
  }
}
