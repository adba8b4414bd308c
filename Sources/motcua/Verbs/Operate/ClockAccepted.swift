import DeskInterface

extension Wire.ClockAccepted: EventLines {
  static func name(_ language: Language) -> String { language.say("xác nhận giờ máy", "clock accepted") }

  func parts(_ language: Language) -> [String?] {
    let (shown, expected) = (language.tabular(shown), language.tabular(expected))
    return [language.say("giờ máy \(shown), lẽ ra là \(expected)", "it showed \(shown), expected was \(expected)")]
  }

  func partsOutsideSeal(_ language: Language) -> [String?] { parts(language) }
}
