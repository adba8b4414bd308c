import DeskInterface

extension Refusal {
  /// Refusals about checkpoints and what is proved against them.
  func checkpointWords(_ name: Name, _ line: CommandLineText, _ language: Language) throws -> Words {
    switch name {
    case .noSigningKey:
      return Words(
        language.say(
          "motcuad chưa có khóa ký: người vận hành tạo khóa bằng motcuad keygen rồi khởi động lại motcuad.",
          "motcuad has no signing key: the operator makes one with motcuad keygen and restarts motcuad."),
        CommandLineText(["status"]))
    case .unknownCheckpoint:
      let error = try decoded(Wire.UnknownCheckpoint.self)
      let size = language.grouped(error.size)
      return Words(
        language.say(
          "Sổ này chưa từng phát hành điểm chốt \(error.origin) ở \(size) sự kiện: khác nơi gốc, khác khóa hoặc khác gốc Merkle.",
          "This ledger never issued the checkpoint of \(error.origin) at \(language.counted(error.size, "event")): "
            + "it has another origin, key or root."),
        CommandLineText(["checkpoint"]))
    case .checkpointTooOld:
      let error = try decoded(Wire.CheckpointTooOld.self)
      let (position, size) = (language.grouped(error.position), language.grouped(error.size))
      return Words(
        language.say(
          "Hồ sơ \(error.code) có sự kiện ở vị trí \(position), sau điểm chốt (\(size)): hãy dùng điểm chốt mới hơn.",
          "Case \(error.code) has an event at position \(position), after the checkpoint (\(size)): use a newer one."),
        line.without("--checkpoint"))
    default:
      let size = language.grouped(try decoded(Wire.HistoryChanged.self).size)
      return Words(
        language.say(
          "Sổ không còn nối tiếp điểm chốt \(size) sự kiện đã phát hành: lịch sử đã bị đổi, motcuad không ký gì nữa.",
          "The ledger no longer continues the checkpoint of \(size) that was issued: history was changed, "
            + "and motcuad signs nothing."),
        CommandLineText(["status"]))
    }
  }
}
