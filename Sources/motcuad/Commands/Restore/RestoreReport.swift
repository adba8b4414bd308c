import Desk
import DeskService
import LedgerArchive
import Wording

/// What is said when a ledger was put back.
struct RestoreReport {
  let language: Language
  /// The data directory, as it was called.
  let data: String
  let facts: LedgerFacts
  /// What was recorded of it.
  let loss: Restored
  let hasKeys: Bool
  /// With a backup, and not of an archive alone.
  let hasBackup: Bool
  /// What came of an archive; nil without one.
  let archived: (path: String, part: GivenArchive.Part)?

  private func line(_ vi: String, _ en: String) { print(language.pick(Text(vi: vi, en: en))) }

  func say() {
    if let archived { complainOf(archived.part, archived.path) }
    line(
      "Đã đặt lại \(facts.size.groupedVi) sự kiện, \(facts.last.groupedVi) hồ sơ vào \(data).",
      "Put back \(Text.counted(facts.size, "event")), \(Text.counted(facts.last, "case")) into \(data).")
    sayEnd()
    sayErasures()
    sayKeys()
  }

  /// Names what is wrong in the archive, and what is missing by it.
  private func complainOf(_ part: GivenArchive.Part, _ path: String) {
    for fault in part.passed {
      complain(
        language.pick(
          Text(
            vi:
              "kho lưu trữ \(path): \(fault.text.vi); bản sao lưu có đủ những sự kiện phải ở đó, không thiếu gì vì vậy",
            en: "the archive \(path): \(fault.text.en); the backup has the events that should be there, and nothing is "
              + "missing by it")))
    }
    if let loss = part.loss { complain(language.pick(loss.text(path, size: facts.size))) }
  }

  /// How far the ledger went, and who vouches for it.
  private func sayEnd() {
    if loss.isEndUnknown {
      line(
        "Không biết sổ đã đến đâu; điều này đã ghi vào sổ. Khóa ký cũ không ký nữa: hãy tạo khóa mới bằng motcuad keygen.",
        "How far the ledger went is unknown; that is recorded. Earlier keys sign nothing any more: make one with motcuad keygen."
      )
    } else if loss.knownSize > facts.size {
      line(
        "Thiếu sự kiện \((facts.size + 1).groupedVi)–\(loss.knownSize.groupedVi): những gì được đặt lại kết thúc trước điểm chốt; điều này đã ghi "
          + "vào sổ.",
        "Events \((facts.size + 1).groupedEn)–\(loss.knownSize.groupedEn) are missing: what was put back ends before the checkpoint; that is "
          + "recorded.")
    }
    if archived != nil, loss.knownSize < facts.size {
      let keeper =
        hasBackup
        ? Text(vi: "nơi giữ bản sao lưu và kho lưu trữ", en: "who kept the backup and the archive")
        : Text(vi: "nơi giữ kho lưu trữ", en: "who kept the archive")
      line(
        "Không điểm chốt nào xác nhận sự kiện \((loss.knownSize + 1).groupedVi)–\(facts.size.groupedVi): chỉ có lời của \(keeper.vi).",
        "No checkpoint vouches for events \((loss.knownSize + 1).groupedEn)–\(facts.size.groupedEn): they are the word of \(keeper.en)."
      )
    }
    if let floor = loss.floor {
      line(
        "Mã hồ sơ của các ngày đến \(Self.shown(floor.last)) bắt đầu sau số \(floor.serial), để không cấp lại mã đã cấp.",
        "Codes of days up to \(Self.shown(floor.last)) begin after \(floor.serial), so that none is given out twice.")
    }
  }

  private func sayErasures() {
    if !facts.erased.isEmpty {
      line(
        "\(facts.erased.count.groupedVi) hồ sơ đã xóa dữ liệu cá nhân vẫn được xóa.",
        "\(Text.counted(facts.erased.count, "erased case")) \(facts.erased.count == 1 ? "stays" : "stay") erased.")
    }
    if let again = loss.erasures {
      line(
        "\(again.groupedVi) hồ sơ được xóa lại dữ liệu cá nhân theo danh sách.",
        "\(Text.counted(again, "case")) \(again == 1 ? "was" : "were") erased again by the list of erasures.")
    }
  }

  private func sayKeys() {
    if let lacking = facts.lacking {
      let count = Int(clamping: facts.last - lacking) + 1
      line(
        "\(count.groupedVi) hồ sơ nhận sau bản sao lưu khóa này: phần dữ liệu cá nhân đóng kín; nếu có bản khóa mới hơn, đưa vào bằng "
          + "motcuad restore --keys TỆP --data \(data).",
        "\(Text.counted(count, "case")) came after this backup of the keys: what is personal stays closed; if there is a later "
          + "one, bring it with motcuad restore --keys FILE --data \(data).")
    }
    if !hasKeys {
      line(
        "Chưa có khóa: phần dữ liệu cá nhân đóng kín; đưa vào bằng motcuad restore --keys TỆP --data \(data).",
        "There are no keys: what is personal stays closed; bring them with motcuad restore --keys FILE --data \(data).")
    }
  }

  private static func shown(_ day: CalendarDay) -> String {
    day.text.split(separator: "-").reversed().joined(separator: "/")
  }
}
