import DeskInterface

extension Refusal {
  /// Refusals that say how the daemon is, rather than what the rules say.
  func serviceWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    let again = commandID.map { line.with("--id", $0) } ?? line
    switch refusal {
    case .commandReused(let error):
      let id = error.commandId
      return Words(
        language.say("Mã lệnh \(id) đã dùng cho một lệnh khác.", "The command id \(id) was used for another command."),
        line.without("--id"))
    case .commandFromBefore(let error):
      let id = error.commandId
      return Words(
        language.say(
          "Lệnh mang mã \(id) đã được ghi từ trước bản 0.3.0, không so lại nội dung được nữa: hãy xem hồ sơ trước khi ghi bằng mã lệnh mới.",
          "A command with the id \(id) was recorded before release 0.3.0, and what it said cannot be compared any more: look at the case before recording under a new id."
        ),
        CommandLineText(["list"]))
    case .busy:
      return Words(
        language.say(
          "motcuad đang bận, chưa ghi gì; xin thử lại.", "motcuad is busy and recorded nothing; please try again."),
        again)
    case .stopping:
      return Words(
        language.say("motcuad đang dừng, chưa ghi gì.", "motcuad is stopping and recorded nothing."), again)
    case .storageFull(let error):
      return Words(Self.full(error, language), CommandLineText(["status"]))
    case .storageFailed(let error):
      let reason = error.reason
      return Words(
        language.say(
          "Không ghi được sổ (\(reason)): chưa biết lệnh đã được ghi hay chưa; chạy lại cùng mã lệnh là an toàn.",
          "The ledger could not be written (\(reason)): the outcome is unknown; repeating under the same id is safe."
        ),
        again)
    case .clockSuspect(let error):
      let (now, expected) = (language.spoken(error.now), language.spoken(error.expected))
      // An older daemon knows of jumps only.
      let why = (error.doubt ?? .known(.jumpedAhead)).said { language.reason($0, expected: expected) }
      guard Language.mayBeRight(error.now, expected: error.expected) else {
        return Words(
          language.say(
            "Đồng hồ máy chỉ \(now): \(why). Chưa ghi gì. Giờ này không thể đúng: trước hết hãy chỉnh lại giờ máy.",
            "The machine's clock shows \(now): \(why). Nothing was recorded. That cannot be right: put the clock right first."
          ),
          CommandLineText(["clock"]))
      }
      return Words(
        language.say(
          "Đồng hồ máy chỉ \(now): \(why). Chưa ghi gì. Hãy chỉnh lại giờ máy; nếu giờ máy đúng thì người phụ trách xác nhận.",
          "The machine's clock shows \(now): \(why). Nothing was recorded. Put the clock right; when it is right, a supervisor says so."
        ),
        CommandLineText(["clock", "--accept"]))
    case .clockNotSuspect(let error):
      let now = language.spoken(error.now)
      return Words(
        language.say(
          "motcuad tin giờ máy (\(now)): không có gì để xác nhận, chưa ghi gì.",
          "motcuad believes the clock (\(now)): there is nothing to accept, and nothing was recorded."),
        CommandLineText(["clock"]))
    case .readFailed:
      return Words(
        language.say(
          "motcuad không đọc được dữ liệu cần cho câu trả lời; chưa ghi gì. Người vận hành xem nhật ký của motcuad.",
          "motcuad could not read what the answer needs; nothing was recorded. The operator finds more in its log."),
        CommandLineText(["status"]))
    case .tooManyConnections(let error):
      let sentence =
        error.perUser
        ? language.say(
          "Tài khoản này đã mở \(error.limit) kết nối tới motcuad, chưa ghi gì; hãy đóng bớt rồi thử lại.",
          "This account has \(error.limit) connections to motcuad open, nothing was recorded; close some and try again."
        )
        : language.say(
          "motcuad đã nhận đủ \(error.limit) kết nối, chưa ghi gì; lát nữa hãy thử lại.",
          "motcuad has all \(error.limit) connections in use and recorded nothing; try again in a moment.")
      return Words(sentence, again)
    case .tooManyStreams(let error):
      let limit = error.limit
      return Words(
        language.say(
          "Tài khoản này đang có \(limit) câu trả lời dài chưa xong; hãy dừng bớt (như motcua watch) rồi thử lại.",
          "This account has \(limit) long answers under way; end some (such as motcua watch) and try again."),
        again)
    case .tooManyCommands(let error):
      let (limit, seconds) = (error.limit, error.seconds)
      return Words(
        language.say(
          "Tài khoản này đã ghi \(limit) lệnh trong một phút, kể cả lệnh đang ghi, chưa ghi gì thêm; \(seconds) giây nữa hãy thử lại.",
          "This account has recorded \(limit) commands within a minute, with those under way, and nothing more was recorded; try again in \(seconds) s."
        ),
        again)
    case .protocolViolation(let error):
      return Words(
        language.say(
          "motcuad không hiểu lời gọi: \(error.reason) (byte \(error.offset)).",
          "motcuad cannot understand the call: \(error.reason) (byte \(error.offset))."), CommandLineText(["status"]))
    default: return nil
    }
  }

  func adminWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .rebuildRunning:
      return Words(
        language.say(
          "Đang dựng lại các bảng tra cứu rồi; xem tiến độ.",
          "The views are being rebuilt already; see how far they are."
        ),
        CommandLineText(["status"]))
    case .mappingInvalid(let error):
      return Words(
        language.say(
          "Tệp ánh xạ sai ở dòng \(error.line): \(error.reasonVi).",
          "The mapping is wrong at line \(error.line): \(error.reasonEn)."),
        // It has to be mended before the same can be asked again.
        next: line.value(of: "--mapping").map {
          "editor +\(max(1, error.line)) \(CommandLineText.quoted($0))"
        })
    case .importRefused(let error):
      return Words(
        language.say(
          "Có \(error.total) dòng không nhập được; chưa ghi gì.",
          "\(language.counted(error.total, "row")) cannot be brought in; nothing was written."),
        CommandLineText(line.arguments + ["--skip-bad-rows"]))
    case .unknownUpload:
      return Words(
        language.say(
          "motcuad không còn giữ bản tải lên; xin nhập lại.", "motcuad no longer holds the upload; import again."), line
      )
    case .uploadTooLarge(let error):
      let limit = Self.mebibytes(error.limit)
      return Words(
        language.say(
          "Tệp quá lớn: nhiều nhất \(limit) MiB; hãy chia tệp hoặc tăng upload_mib_max trong motcuad.toml.",
          "The file is too large: at most \(limit) MiB; split it, or raise upload_mib_max in motcuad.toml."))
    case .notADemo:
      return Words(
        language.say(
          "Đồng hồ của sổ thật là đồng hồ máy, không chỉnh được.",
          "The clock of a real ledger is the machine's and is not set."),
        CommandLineText(["demo"]))
    case .clockNotLater(let error):
      let (to, now) = (language.spoken(error.to), language.spoken(error.now))
      return Words(
        language.say(
          "Đồng hồ chỉ đi tới: bây giờ là \(now), không lùi về \(to).",
          "The clock only moves forward: it is \(now), which is not before \(to)."), CommandLineText(["status"]))
    default: return nil
    }
  }

  private static func full(_ error: Wire.StorageFull, _ language: Language) -> String {
    let (free, reserve) = (mebibytes(error.freeBytes), mebibytes(error.reserveBytes))
    return switch error.limit {
    case .known(.quota):
      language.say(
        "Đĩa không cho ghi thêm (hết hạn mức, hoặc hết chỗ cho tệp mới): chưa ghi gì, vẫn đọc được.",
        "The disk takes nothing more (a quota is used up, or there is no room for a file): nothing was recorded, reading goes on."
      )
    case .known(.readOnly):
      language.say(
        "Đĩa đang ở chế độ chỉ đọc: chưa ghi gì, vẫn đọc được; người vận hành xem nhật ký của hệ thống.",
        "The disk may only be read: nothing was recorded, reading goes on; the operator looks into the system's log.")
    case .known(.ledgerMap):
      language.say(
        "Sổ gần tới giới hạn (còn \(free) MiB, phải chừa \(reserve) MiB): chưa ghi gì, vẫn đọc được; tăng map_mib_max trong motcuad.toml rồi khởi động lại motcuad.",
        "The ledger has nearly grown to its limit (\(free) MiB left, \(reserve) MiB kept free): nothing was recorded, reading goes on; raise map_mib_max in motcuad.toml and restart motcuad."
      )
    case .known(.viewsMap):
      language.say(
        "Các bảng tra cứu gần tới giới hạn (còn \(free) MiB, phải chừa \(reserve) MiB): chưa ghi gì, vẫn đọc được; tăng map_mib_max trong motcuad.toml rồi khởi động lại motcuad.",
        "The views have nearly grown to their limit (\(free) MiB left, \(reserve) MiB kept free): nothing was recorded, reading goes on; raise map_mib_max in motcuad.toml and restart motcuad."
      )
    case .known(.disk), .newer, nil:
      language.say(
        "Đĩa sắp đầy (còn \(free) MiB, phải chừa \(reserve) MiB): chưa ghi gì, vẫn đọc được.",
        "The disk is nearly full (\(free) MiB left, \(reserve) MiB kept free): nothing was recorded, reading goes on.")
    }
  }

  private static func mebibytes(_ bytes: Int) -> Int { bytes >> 20 }
}
