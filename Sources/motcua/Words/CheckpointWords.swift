import DeskInterface

extension Refusal {
  /// Refusals about checkpoints and what is proved against them.
  func checkpointWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .noSigningKey:
      return Words(
        language.say(
          "motcuad chưa có khóa ký: người vận hành tạo khóa bằng motcuad keygen rồi khởi động lại motcuad.",
          "motcuad has no signing key: the operator makes one with motcuad keygen and restarts motcuad."),
        CommandLineText(["status"]))
    case .unknownCheckpoint(let error):
      let size = language.grouped(error.size)
      return Words(
        language.say(
          "Sổ này chưa từng phát hành điểm chốt \(error.origin) ở \(size) sự kiện: khác nơi gốc, khác khóa hoặc khác gốc Merkle.",
          "This ledger never issued the checkpoint of \(error.origin) at \(language.counted(error.size, "event")): "
            + "it has another origin, key or root."),
        CommandLineText(["checkpoint"]))
    case .checkpointTooOld(let error):
      let (position, size) = (language.grouped(error.position), language.grouped(error.size))
      return Words(
        language.say(
          "Hồ sơ \(error.code) có sự kiện ở vị trí \(position), sau điểm chốt (\(size)): hãy dùng điểm chốt mới hơn.",
          "Case \(error.code) has an event at position \(position), after the checkpoint (\(size)): use a newer one."),
        line.without("--checkpoint"))
    case .notInCheckpointYet(let error):
      let (position, size) = (language.grouped(error.position), language.grouped(error.size))
      let newest =
        error.size == 0
        ? language.say("chưa có điểm chốt nào", "there is no checkpoint yet")
        : language.say("điểm chốt mới nhất chỉ đến \(size)", "the newest checkpoint ends at \(size)")
      return Words(
        language.say(
          "Hồ sơ \(error.code) có sự kiện ở vị trí \(position), \(newest). Điểm chốt mới có mỗi ngày sau giờ làm việc "
            + "(motcua-checkpoint.timer), hoặc khi \(error.needed.said(language.word)) chạy motcua checkpoint.",
          "Case \(error.code) has an event at position \(position), and \(newest). A new one comes each day after work "
            + "(motcua-checkpoint.timer), or when the \(error.needed.said(language.word)) runs motcua checkpoint."),
        CommandLineText(["status"]))
    case .noSignedHead(let error):
      return Words(
        language.say(
          "Không có bản ghi khóa \(error.key) đã ký đến đâu (\(error.record)), nên motcuad không ký: đưa lại bản ghi đó, đặt lại sổ bằng motcuad restore --checkpoint, hoặc tạo khóa mới bằng motcuad keygen.",
          "There is no record of what key \(error.key) has signed (\(error.record)), so motcuad signs nothing: bring the record back, restore with motcuad restore --checkpoint, or make a new key with motcuad keygen."
        ), CommandLineText(["status"]))
    case .newSigningKeyNeeded(let error):
      let key = error.key
      return Words(
        language.say(
          "Sổ đã mất sự kiện mà không biết khóa \(key) đã ký đến đâu, nên khóa này không ký nữa: người vận hành dời khóa cũ đi, tạo khóa mới bằng motcuad keygen, khởi động lại motcuad và công bố khóa mới.",
          "Events were lost and what key \(key) has signed of them is unknown, so it signs nothing any more: the operator moves the old key away, makes a new one with motcuad keygen, restarts motcuad and publishes the new key."
        ), CommandLineText(["status"]))
    case .signedFurther(let error):
      let (signed, size) = (language.grouped(error.signed), language.grouped(error.size))
      return Words(
        language.say(
          "Khóa \(error.key) đã ký một sổ khác có \(signed) sự kiện, sổ này có \(size): nó chỉ ký tiếp khi sổ có nhiều hơn \(signed) sự kiện.",
          "Key \(error.key) has signed another tree of \(language.counted(error.signed, "event")), and this ledger has \(size): it signs again when there are more than \(signed)."
        ), CommandLineText(["status"]))
    case .signedHeadsUnusable(let error):
      return Words(
        language.say(
          "Không đọc hay ghi được bản ghi điểm chốt đã ký \(error.path) (\(error.reasonVi)): motcuad không ký gì; xem “signed_heads” trong motcuad.toml.",
          "The record of what was signed, \(error.path), cannot be read or written (\(error.reasonEn)): motcuad signs nothing; look at signed_heads in motcuad.toml."
        ), CommandLineText(["status"]))
    case .historyChanged(let error):
      let size = language.grouped(error.size)
      return Words(
        language.say(
          "Sổ không còn nối tiếp điểm chốt \(size) sự kiện đã phát hành: lịch sử đã bị đổi, motcuad không ký gì nữa.",
          "The ledger no longer continues the checkpoint of \(size) that was issued: history was changed, "
            + "and motcuad signs nothing."),
        CommandLineText(["status"]))
    default: return nil
    }
  }
}
