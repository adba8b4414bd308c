import DeskInterface

extension Refusal {
  /// Refusals about verifying and backing up.
  func fileWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .verifyRunning:
      return Words(
        language.say(
          "Đang có một lần kiểm tra; xin chờ nó xong.", "Something is being verified already; wait until it is done."),
        line)
    case .backupRunning:
      return Words(
        language.say(
          "Đang có một lần sao lưu; xin chờ nó xong.", "A backup is being made already; wait until it is done."),
        line)
    case .inspectionFailed(let error):
      return Words(
        language.say(
          "Không kiểm tra được: \(error.reasonVi).", "It could not be verified: \(error.reasonEn)."),
        CommandLineText(["status"]))
    case .ledgerDamaged(let error) where line.verb == "archive":
      return Words(
        language.say(
          "Sổ hỏng: \(error.reasonVi). Kho lưu trữ giữ những gì đứng trước chỗ đó.",
          "The ledger is damaged: \(error.reasonEn). The archive holds what comes before."), CommandLineText(["verify"])
      )
    case .ledgerDamaged(let error):
      return Words(
        language.say(
          "Sổ hỏng, chưa giao ra gì và chưa đổi gì: \(error.reasonVi).",
          "The ledger is damaged; nothing was handed out or changed: \(error.reasonEn)."), CommandLineText(["verify"]))
    default: return nil
    }
  }
}
