import Desk

/// `office.toml`: who the office is and when it is open.
struct OfficeSettings: Sendable {
  var office: Office
  var language: Language
  var roles: Roles
  /// How many events a case may have. Not in the rule book: it is about what each command costs, and decides about no case.
  var caseEventsMax: Int

  init(_ file: SettingsFile) throws(SettingsError) {
    let root = file.root
    let prefix = try root.parsed("code_prefix", "H56.26.07") { text in
      text.utf8.count <= 40 && text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: ".") } ? text : nil
    }
    let opens = try root.parsed("opens", "07:30") { TimeOfDay(text: $0) }
    let closes = try root.parsed("closes", "17:00") { TimeOfDay(text: $0) }
    guard opens < closes else {
      throw root.error("closes", "giờ đóng cửa phải sau giờ mở cửa", "closes must be later than opens")
    }
    let name = try root.section("name")
    let place = try root.section("place")
    office = Office(
      name: try name.text(), place: try place.text(), codePrefix: prefix,
      utcOffset: try root.parsed("utc_offset", "+07:00") { UTCOffset(text: $0) }, opens: opens, closes: closes)
    language = try root.parsed("language", "vi") { Language(rawValue: $0) }
    roles = try Roles(root)
    caseEventsMax = try root.int("case_events_max", in: 1000...1_000_000, default: 1000)
    try name.finish()
    try place.finish()
    try root.finish()
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
  }
}
