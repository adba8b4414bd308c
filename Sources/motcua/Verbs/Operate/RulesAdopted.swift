import DeskInterface

extension Wire.RulesAdopted: EventLines {
  static func name(_ language: Language) -> String { language.say("áp dụng quy định", "rules adopted") }
  /// The rules fill pages; `motcua procedures` shows those in force.
  func parts(_ language: Language) -> [String?] { [] }
  func partsOutsideSeal(_ language: Language) -> [String?] { [] }
}
