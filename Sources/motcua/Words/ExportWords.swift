import DeskInterface

extension Refusal {
  /// Refusals of a ledger that is brought in.
  func exportWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .ledgerNotEmpty(let error):
      let cases = error.cases
      return Words(
        language.say(
          "Sổ này không còn trống (\(language.grouped(cases)) hồ sơ): chỉ nhập được vào một thư mục dữ liệu mới; "
            + "chưa có gì bị thay đổi.",
          "This ledger is not empty (\(language.counted(cases, "case"))): an export goes into a new data directory only; "
            + "nothing was changed."),
        CommandLineText(["status"]))
    case .exportUnreadable(let error):
      return Words(
        language.say(
          "Không nhập được, dòng \(error.line): \(error.reasonVi). Chưa có gì bị thay đổi.",
          "It cannot be brought in, line \(error.line): \(error.reasonEn). Nothing was changed."),
        CommandLineText(["export", "…"]))
    case .keysUnreadable(let error):
      return Words(
        language.say(
          "Không dùng được tệp khóa: \(error.reasonVi). Chưa có gì bị thay đổi.",
          "The file of keys cannot be used: \(error.reasonEn). Nothing was changed."),
        line)
    default: return nil
    }
  }
}
