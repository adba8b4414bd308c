import ArgumentParser
import DeskInterface
import MerkleTree

struct PrintCheckpoint: Verb {
  static var configuration: CommandConfiguration {
    verb("checkpoint", "điểm chốt có chữ ký của sổ, để công bố", "the ledger's signed tree head, to be published")
  }

  @OptionGroup var file: OutFileOptions
  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let answer = try session.daemon.ask(Wire.Checkpoint())
    let checkpoint = try Self.read(answer.note)
    if let path = file.out { try OutFile.write(path, answer.note, replaces: file.force, session.language) }
    if session.wantsJSON { return try session.output.json(answer) }
    guard let path = file.out else { return try session.output.exactly(answer.note) }
    let size = Int(clamping: checkpoint.size)
    try session.output.line(
      session.say(
        "Đã ghi điểm chốt của \(checkpoint.origin) ở \(session.language.grouped(size)) sự kiện vào \(path).",
        "Wrote the checkpoint of \(checkpoint.origin) at \(session.language.counted(size, "event")) to \(path)."))
  }

  /// The note is printed as it is, so that it must be one.
  static func read(_ note: String) throws -> Checkpoint {
    do { return try Checkpoint(text: SignedNote(parsing: note).text) } catch {
      throw Failure.protocolViolation("Checkpoint: \(error)")
    }
  }
}
