import ArgumentParser
import DeskInterface

struct Status: Verb {
  static let verb = VerbName("status", "tinh-trang")
  static let configuration = verb.configuration("tình trạng của motcuad", "how the daemon is doing")

  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    common = line.group()
  }

  func run(_ session: Session) throws {
    let status = try session.daemon.ask(Wire.GetStatus()).status
    if session.wantsJSON { return try session.output.json(status) }
    for line in Self.lines(status, session.language) { try session.output.line(line) }
  }

  static func lines(_ status: Wire.DaemonStatus, _ language: Language) -> [String] {
    let fields = daemon(status, language) + ledger(status, language) + work(status, language)
    let width = fields.map { Terminal.width($0.0) }.max() ?? 0
    return fields.map { "\($0.0)\(String(repeating: " ", count: width - Terminal.width($0.0)))  \($0.1)" }
  }

  private typealias Field = (String, String)

  private static func daemon(_ status: Wire.DaemonStatus, _ language: Language) -> [Field] {
    let uptime = status.uptimeSeconds.map { " (\(span($0, language)))" } ?? ""
    var fields: [Field] = [
      ("motcuad", "\(status.version), pid \(status.pid)" + (status.demo ? " · DEMO" : "")),
      (language.say("Cơ quan", "Office"), language.say(status.office)),
      (language.say("Bây giờ", "Now"), language.spoken(status.now)),
      (language.say("Chạy từ", "Running since"), language.spoken(status.startedAt) + uptime),
      (language.say("Thư mục", "Directory"), status.dataDirectory),
    ]
    if let clock = status.clock { fields.append((language.say("Giờ máy", "Clock"), said(clock, language))) }
    return fields
  }

  private static func said(_ clock: Wire.Clock, _ language: Language) -> String {
    if let doubt = clock.doubt {
      let expected = clock.expected.map { language.spoken($0) } ?? "?"
      return language.spoken(clock.shown) + language.say(", KHÔNG TIN ĐƯỢC: ", ", NOT BELIEVED: ")
        + doubt.said { language.reason($0, expected: expected) } + " (motcua clock)"
    }
    let ahead =
      clock.ledgerAhead
      ? clock.lastRecorded.map {
        language.say(", sổ đã đến \(language.spoken($0))", ", the ledger is at \(language.spoken($0))")
      } : nil
    let sync =
      switch clock.synchronised {
      case true?: language.say("đã đồng bộ", "synchronised")
      case false?: language.say("tin được, chưa đồng bộ", "believed, not synchronised")
      case nil: language.say("tin được", "believed")
      }
    return sync + (ahead ?? "")
  }

  private static func ledger(_ status: Wire.DaemonStatus, _ language: Language) -> [Field] {
    let number = language.grouped
    let size = language.say(
      "\(number(status.position)) sự kiện, \(number(status.cases)) hồ sơ, ",
      "\(language.counted(status.position, "event")), \(language.counted(status.cases, "case")), ")
    let reached = language.say(
      "đến vị trí \(number(status.viewsPosition)), ", "at position \(number(status.viewsPosition)), ")
    var lag = ""
    if let behind = status.viewsLag, behind > 0 {
      lag =
        status.viewsLate == true
        ? language.say(
          "CHẬM \(number(behind)) sự kiện vì đĩa chưa ghi xong, ",
          "\(language.counted(behind, "event")) BEHIND, because the disk holds them up, ")
        : language.say(
          "lúc hỏi chậm \(number(behind)) sự kiện, ", "\(language.counted(behind, "event")) behind when asked, ")
    }
    if status.markRefused == true {
      lag += language.say("ghi trước mỗi trả lời (xem nhật ký), ", "written before each answer (see the log), ")
    }
    var fields: [Field] = [
      (language.say("Sổ", "Ledger"), size + mebibytes(status.ledgerBytes, language)),
      (language.say("Gốc Merkle", "Merkle root"), status.root),
      (
        language.say("Bảng tra cứu", "Views"),
        "views-\(status.viewsNumber), " + reached + lag + mebibytes(status.viewsBytes, language)
      ),
    ]
    if let rebuild = status.rebuild {
      fields.append(
        (
          language.say("Dựng lại", "Rebuild"),
          language.say(
            "\(number(rebuild.reached)) trên \(number(rebuild.end)) sự kiện",
            "\(number(rebuild.reached)) of \(language.counted(rebuild.end, "event"))")
        ))
    }
    if let since = status.scrubPending {
      fields.append(
        (
          language.say("Chờ xóa sạch", "Scrub pending"),
          language.say("từ \(language.spoken(since))", "since \(language.spoken(since))")
        ))
    }
    let key = status.signingKey ?? language.say("chưa có (motcuad keygen)", "none (motcuad keygen)")
    fields.append((language.say("Khóa ký", "Signing key"), key))
    if let size = status.lastCheckpoint {
      fields.append(
        (
          language.say("Điểm chốt", "Checkpoint"),
          language.say("ở \(number(size)) sự kiện", "at \(language.counted(size, "event"))")
        ))
    }
    let backup =
      status.lastBackup.map { language.spoken($0) } ?? language.say("chưa có từ lúc chạy", "none since the start")
    fields.append((language.say("Sao lưu", "Backup"), backup))
    if let archive = archive(status, language) { fields.append((language.say("Kho lưu trữ", "Archive"), archive)) }
    if let count = status.keyBackupsBeforeErasure {
      let text =
        count == 0
        ? language.say(
          "không biết bản nào từ trước lần xóa gần nhất", "none that is known from before the last erasure")
        : language.say(
          "\(number(count)) bản từ trước lần xóa gần nhất có thể vẫn còn và mở được hồ sơ đã xóa",
          "\(number(count)) from before the last erasure may still be there and open what is erased")
      fields.append((language.say("Sao lưu khóa", "Key backups"), text))
    } else if status.keyBackupsUnknown == true {
      fields.append(
        (
          language.say("Sao lưu khóa", "Key backups"),
          language.say(
            "không biết còn bao nhiêu bản từ trước lần xóa gần nhất; xem nhật ký của motcuad",
            "how many there are from before the last erasure cannot be told; see motcuad's log")
        ))
    }
    return fields
  }

  /// How old the newest copy is, and whether that is too old; nil when nobody has one and none is asked for.
  private static func archive(_ status: Wire.DaemonStatus, _ language: Language) -> String? {
    let isLate = status.archiveLate == true
    guard let copy = status.archive else {
      return isLate
        ? language.say(
          "CHƯA CÓ: từ lúc chạy chưa tài khoản lưu trữ nào báo (systemctl status motcua-archive)",
          "NONE: no relay has said anything since the start (systemctl status motcua-archive)") : nil
    }
    let events = language.say(
      "\(language.grouped(copy.size)) sự kiện", "\(language.counted(copy.size, "event"))")
    guard let since = copy.missingSince else {
      if isLate {
        return events
          + language.say(
            ", không thêm được: sổ hỏng, không đọc được sự kiện \(language.grouped(copy.size + 1)) (motcua verify)",
            ", and no more: the ledger is damaged, event \(language.grouped(copy.size + 1)) cannot be read (motcua verify)"
          )
      }
      return events
        + language.say(
          ", đủ đến sự kiện cuối; báo lúc \(language.spoken(copy.toldAt))",
          ", up to the last one; said at \(language.spoken(copy.toldAt))")
    }
    let missing = language.say(
      ", thiếu \(language.grouped(status.position - copy.size)) từ \(language.spoken(since))",
      ", lacking \(language.grouped(status.position - copy.size)) since \(language.spoken(since))")
    guard isLate else { return events + missing }
    return events + missing
      + language.say(
        ": CHẬM QUÁ (systemctl status motcua-archive)", ": TOO OLD (systemctl status motcua-archive)")
  }

  private static func work(_ status: Wire.DaemonStatus, _ language: Language) -> [Field] {
    let number = language.grouped
    var commands = language.say(
      "\(number(status.commands)), \(number(status.commits)) lần ghi, \(number(status.waitingCommands)) đang chờ",
      "\(number(status.commands)), \(language.counted(status.commits, "commit")), \(number(status.waitingCommands)) waiting"
    )
    if let rate = status.commitsPerSecond {
      let rate = tenths(rate, language)
      commands += language.say(", \(rate) lần ghi/giây", ", \(rate) commits/s")
    }
    var fields: [Field] = [(language.say("Lệnh", "Commands"), commands)]
    if let connections = status.connections {
      let (ledger, views) = (number(status.ledgerReaders ?? 0), number(status.viewsReaders ?? 0))
      let readers = language.say(
        ", đang đọc: \(ledger) trên sổ, \(views) trên bảng", ", readers: \(ledger) of the ledger, \(views) of the views"
      )
      fields.append((language.say("Kết nối", "Connections"), number(connections) + readers))
    }
    if let past = status.pastAnswers, past > 0 {
      let waiting = number(status.pastWaiting ?? 0)
      fields.append(
        (
          language.say("Tra ngày trước", "Looking back"),
          language.say("\(number(past)) đang làm, \(waiting) đang chờ", "\(number(past)) under way, \(waiting) waiting")
        ))
    }
    if let oldest = status.oldestOpen {
      let (received, due) = (language.spoken(oldest.receivedAt), language.spoken(oldest.due))
      fields.append(
        (
          language.say("Hẹn sớm nhất", "Due first"),
          oldest.code + language.say(", nhận \(received), hẹn \(due)", ", received \(received), due \(due)")
        ))
    }
    if let role = status.role { fields.append((language.say("Vai trò của tôi", "My role"), role.said(language.word))) }
    fields.append((language.say("Bộ nhớ", "Memory"), mebibytes(status.residentBytes, language)))
    fields.append((language.say("Đĩa còn", "Disk free"), mebibytes(status.freeBytes, language)))
    return fields
  }

  private static func mebibytes(_ bytes: Int, _ language: Language) -> String { "\(language.grouped(bytes >> 20)) MiB" }

  /// A length of time in its two greatest units.
  static func span(_ seconds: Int, _ language: Language) -> String {
    let units = [
      (seconds / 86_400, language.say("ngày", "d")), (seconds / 3600 % 24, language.say("giờ", "h")),
      (seconds / 60 % 60, language.say("phút", "min")), (seconds % 60, language.say("giây", "s")),
    ]
    let first = units.firstIndex { $0.0 > 0 } ?? units.count - 1
    return units[first...].prefix(2).map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }

  private static func tenths(_ value: Double, _ language: Language) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(language.grouped(tenths / 10))\(language.say(",", "."))\(tenths % 10)"
  }
}
