import DeskInterface

extension Wire.Restored: EventLines {
  static func name(_ language: Language) -> String { language.say("khôi phục sổ", "ledger put back") }

  func parts(_ language: Language) -> [String?] {
    let (first, last) = (size + 1, knownSize)
    let witness =
      switch self.witness {
      case "views": language.say("các bảng tra cứu", "what the views had seen")
      case "signed-heads": language.say("các điểm chốt đã ký", "what was signed")
      case let key: language.say("điểm chốt của \(key)", "a checkpoint of \(key)")
      }
    let lost =
      if unknownEnd == true {
        language.say(
          "không biết mất bao nhiêu sau sự kiện \(size)", "what is lost after event \(size) is unknown")
      } else if last < first {
        language.say(
          "có đủ đến sự kiện \(last) (theo \(witness))", "whole up to event \(last) (by \(witness))")
      } else {
        language.say(
          "mất sự kiện \(first) đến \(last) (theo \(witness))",
          "events \(first) to \(last) are lost (by \(witness))")
      }
    let floor = serialFloor.flatMap { serial in
      floorLast.map { day in
        let day = language.day(day)
        return language.say(
          "mã các ngày đến \(day) bắt đầu sau \(serial)", "codes of days up to \(day) begin after \(serial)")
      }
    }
    let erasures = self.erasures.map {
      language.say("\(language.grouped($0)) hồ sơ được xóa lại", "\(language.counted($0, "case")) erased again")
    }
    return [lost, floor, erasures]
  }

  func partsOutsideSeal(_ language: Language) -> [String?] { parts(language) }
}
