import ArgumentParser
import DeskInterface
import MerkleTree

struct Backup: Verb {
  static var configuration: CommandConfiguration {
    verb(
      "backup", "sao lưu sổ, và khóa vào tệp riêng, trong khi vẫn làm việc",
      "back up the ledger, and the keys to a file of their own, while work goes on")
  }

  @Argument(help: help("tệp mới cho bản sao lưu sổ", "a new file for the backup of the ledger")) var file: String?
  @Option(help: help("tệp mới cho bản sao lưu khóa", "a new file for the backup of the keys")) var keys: String?
  @Flag(help: help("ghi đè tệp đã có", "write over a file that is there")) var force = false
  @OptionGroup var common: CommonOptions

  /// What was made, as `--json` tells it.
  struct Made: Encodable {
    var file: String
    var kind: String
    var bytes: Int
    var events: Int?
    var root: String?
  }

  func run(_ session: Session) throws {
    let file = keys == nil ? try session.required(file, "FILE", "tệp sao lưu", "the file of the backup") : file
    if file != nil, file == keys {
      throw Failure.usage(
        session.say("Sổ và khóa phải vào hai tệp khác nhau.", "Ledger and keys go into two different files."))
    }
    // Both are made before anything is fetched, so that half a backup is not left for want of a directory.
    let ledgerFile = try file.map { try OutFile($0, replaces: force, session.language) }
    let keysFile = try keys.map { try OutFile($0, replaces: force, session.language) }
    if let file, let ledgerFile {
      let made = try fetch(Wire.Backup(), into: ledgerFile, named: file, kind: "ledger", session)
      if !session.wantsJSON {
        try session.output.line(
          session.say(
            "Đã sao lưu sổ vào \(file): \(session.language.grouped(made.bytes)) byte, "
              + "\(session.language.grouped(made.events ?? 0)) sự kiện.",
            "The ledger is in \(file): \(session.language.counted(made.bytes, "byte")), "
              + "\(session.language.counted(made.events ?? 0, "event"))."))
        if let root = made.root { try session.output.line(session.say("Gốc Merkle: \(root)", "Merkle root: \(root)")) }
      }
    }
    // The keys come second, so that they have every key that the ledger needs.
    if let keys, let keysFile {
      let made = try fetch(Wire.Backup(keys: true), into: keysFile, named: keys, kind: "keys", session)
      if !session.wantsJSON {
        try session.output.line(
          session.say(
            "Đã sao lưu khóa vào \(keys): \(session.language.grouped(made.bytes)) byte.",
            "The keys are in \(keys): \(session.language.counted(made.bytes, "byte")).")
        )
        try session.output.line(
          session.say(
            "Giữ tệp khóa ở nơi khác với sổ, và xóa sau một số ngày nhất định: ai có cả hai thì đọc được tất cả.",
            "Keep the keys elsewhere than the ledger, and for a limited number of days: who has both reads everything."
          ))
      }
    } else if !session.wantsJSON {
      Notice.line(
        session.say(
          "Chưa sao lưu khóa; không có khóa thì phần dữ liệu cá nhân không mở lại được.",
          "The keys are not backed up; without them what is personal cannot be opened again."))
      Notice.line("→ motcua backup --keys …")
    }
  }

  private func fetch(
    _ call: Wire.Backup, into file: OutFile, named path: String, kind: String, _ session: Session
  ) throws -> Made {
    let bar = ProgressBar()
    defer { bar.clear() }
    var last: Wire.BackupProgress?
    try session.daemon.stream(call, isPatient: true) { answer in
      let progress = answer.progress
      last = progress
      if let data = progress.data {
        guard let bytes = Base64.decode(data) else { throw Failure.protocolViolation("Backup: base64") }
        try file.write(bytes)
      }
      bar.draw(Self.title(progress.phase, session.language), done: progress.done, total: progress.total)
      return true
    }
    // A connection that ends early looks like any other end.
    guard let last, last.phase == .done, last.done == file.bytes else {
      throw Failure.protocolViolation("Backup: \(file.bytes) bytes")
    }
    try file.finish()
    bar.clear()
    let made = Made(file: path, kind: kind, bytes: file.bytes, events: last.events, root: last.root)
    if session.wantsJSON { try session.output.json(made) }
    return made
  }

  private static func title(_ phase: Wire.BackupPhase, _ language: Language) -> String {
    switch phase {
    case .copying: language.say("Chép", "Copying")
    case .verifying: language.say("Kiểm tra", "Verifying")
    case .sending: language.say("Nhận", "Receiving")
    case .done: language.say("Xong", "Done")
    }
  }
}
