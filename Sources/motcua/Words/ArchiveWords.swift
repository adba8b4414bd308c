import DeskInterface

extension Refusal {
  /// Refusals to a copy of the ledger.
  func archiveWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    let anew = line.value(of: "--directory").map(Archive.anew)
    switch refusal {
    case .beyondLedger(let error):
      let (asked, size) = (language.grouped(error.asked), language.grouped(error.size))
      return Words(
        language.say(
          "Kho lưu trữ có \(asked) sự kiện, sổ chỉ có \(size): sổ đã mất phần cuối, hoặc là sổ khác. Chưa ghi gì; "
            + "phần mất lấy lại được bằng motcuad restore --archive, còn sổ này thì lưu trữ vào một thư mục mới.",
          "The archive has \(asked) events and the ledger only \(size): it has lost its end, or is another. Nothing was "
            + "written; motcuad restore --archive brings back what is lost, and this ledger goes into a new directory."),
        CommandLineText(["status"]))
    case .anotherHistory(let error):
      let size = language.grouped(error.size)
      return Words(
        language.say(
          "\(size) sự kiện đầu của sổ không phải là những gì kho lưu trữ giữ: đó là một lịch sử khác. Chưa ghi gì; "
            + "giữ nguyên kho này và lưu trữ sổ vào một thư mục mới.",
          "The first \(size) events of the ledger are not what the archive holds: it is another history. Nothing was "
            + "written; keep this archive as it is, and begin a new directory for the ledger."),
        next: anew)
    case .ledgerExchanged:
      return Words(
        language.say(
          "Một sổ khác vừa được nhập vào trong lúc chép: lưu trữ nó vào một thư mục mới.",
          "Another ledger was brought in meanwhile: begin a new directory for it."), next: anew)
    default: return nil
    }
  }
}
