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

extension Language {
  /// An end that only an old register tells of: nobody here handed anything over.
  var closedByRegister: String { say("Đã khép theo sổ cũ", "Closed in its register") }

  /// Where a case stands.
  func status(_ item: Wire.Case) -> String { item.isClosedByRegister ? closedByRegister : word(item.status) }

  func status(_ receipt: Wire.Receipt) -> String {
    receipt.closedByRegister == true ? closedByRegister : word(receipt.status)
  }
}

extension Wire.Case {
  /// Whether its end is the register's word. What the office ends itself has the time of its hand-over.
  var isClosedByRegister: Bool { imported && status == .returned && returnedAt == nil }

  /// Who has the case: the responsible person, else who received it. Who brought a register in has none of its cases.
  var clerk: String { responsible ?? (imported ? "—" : receiver) }

  /// Nil for one of the office's own.
  func importNote(_ language: Language) -> String? {
    guard imported else { return nil }
    // A daemon that is older does not say more.
    guard let importedAt else { return language.say("nhập từ sổ cũ", "imported") }
    return language.imported(at: importedAt, by: importedBy ?? receiver, from: importedFrom)
  }
}
