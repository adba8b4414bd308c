import ArgumentParser
import DeskInterface

struct Status: Verb {
  static var configuration: CommandConfiguration {
    verb("status", "tình trạng của motcuad", "how the daemon is doing")
  }

  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let status = try session.daemon.ask(Wire.GetStatus()).status
    if session.wantsJSON { return try session.output.json(status) }
    for line in Self.lines(status, session.language) { try session.output.line(line) }
  }

  static func lines(_ status: Wire.DaemonStatus, _ language: Language) -> [String] {
    func mebibytes(_ bytes: Int) -> String { "\(language.grouped(bytes >> 20)) MiB" }
    let number = language.grouped
    let fields: [(String, String)] = [
      ("motcuad", "\(status.version), pid \(status.pid)" + (status.demo ? " · DEMO" : "")),
      (language.say("Cơ quan", "Office"), language.say(status.office)),
      (language.say("Bây giờ", "Now"), language.spoken(status.now)),
      (language.say("Chạy từ", "Running since"), language.spoken(status.startedAt)),
      (language.say("Thư mục", "Directory"), status.dataDirectory),
      (
        language.say("Sổ", "Ledger"),
        language.say(
          "\(number(status.position)) sự kiện, \(number(status.cases)) hồ sơ, ",
          "\(language.counted(status.position, "event")), \(language.counted(status.cases, "case")), ")
          + mebibytes(status.ledgerBytes)
      ),
      (language.say("Gốc Merkle", "Merkle root"), status.root),
      (
        language.say("Bảng tra cứu", "Views"),
        "views-\(status.viewsNumber), "
          + language.say(
            "đến vị trí \(number(status.viewsPosition)), ", "at position \(number(status.viewsPosition)), ")
          + mebibytes(status.viewsBytes)
      ),
      (
        language.say("Lệnh", "Commands"),
        language.say(
          "\(number(status.commands)), \(number(status.commits)) lần ghi, \(number(status.waitingCommands)) đang chờ",
          "\(number(status.commands)), \(language.counted(status.commits, "commit")), \(number(status.waitingCommands)) waiting"
        )
      ),
      status.rebuild.map { rebuild in
        (
          language.say("Dựng lại", "Rebuild"),
          language.say(
            "\(number(rebuild.reached)) trên \(number(rebuild.end)) sự kiện",
            "\(number(rebuild.reached)) of \(language.counted(rebuild.end, "event"))")
        )
      },
      status.scrubPending.map { since in
        (
          language.say("Chờ xóa sạch", "Scrub pending"),
          language.say("từ \(language.spoken(since))", "since \(language.spoken(since))")
        )
      },
      (language.say("Bộ nhớ", "Memory"), mebibytes(status.residentBytes)),
      (language.say("Đĩa còn", "Disk free"), mebibytes(status.freeBytes)),
    ].compactMap(\.self)
    let width = fields.map { Terminal.width($0.0) }.max() ?? 0
    return fields.map { "\($0)\(String(repeating: " ", count: width - Terminal.width($0)))  \($1)" }
  }
}
