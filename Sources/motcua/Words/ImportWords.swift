import DeskInterface

extension Language {
  /// Where a case or an event came from that is not the office's own, who brought it in and when.
  func imported(at: String, by account: String, from register: String?) -> String {
    let at = spoken(at)
    return say(
      "nhập \(at) bởi \(account), \(register.map { "từ “\($0)”" } ?? "từ sổ không ghi tên")",
      "imported \(at) by \(account) from \(register.map { "“\($0)”" } ?? "a register without a name")")
  }
}

extension Wire.Case {
  /// Nil for one of the office's own.
  func importNote(_ language: Language) -> String? {
    guard imported else { return nil }
    // A daemon that is older does not say more.
    guard let importedAt else { return language.say("nhập từ sổ cũ", "imported") }
    return language.imported(at: importedAt, by: importedBy ?? receiver, from: importedFrom)
  }
}
