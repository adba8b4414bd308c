/// The verbs and their other names. What is typed is compared without accents and with hyphens for spaces.
enum VerbNames {
  static let aliases: [(verb: String, names: [String])] = [
    ("receive", ["tiep-nhan"]),
    ("consult", ["tu-van", "huong-dan"]),
    ("progress", ["xu-ly"]),
    ("apologise", ["apologize", "xin-loi"]),
    ("resolve", ["giai-quyet", "co-ket-qua"]),
    ("return", ["tra-ket-qua"]),
    ("withdraw", ["rut-ho-so"]),
    ("correct", ["dinh-chinh"]),
    ("erase", ["xoa-du-lieu"]),
    ("show", ["xem"]),
    ("history", ["lich-su"]),
    ("list", ["danh-sach"]),
    ("next", ["viec-can-lam"]),
    ("search", ["tim"]),
    ("tally", ["thong-ke"]),
    ("explain", ["giai-thich"]),
    ("procedures", ["thu-tuc"]),
    ("slip", ["phieu"]),
    ("watch", ["theo-doi"]),
    ("status", ["tinh-trang"]),
    ("clock", ["dong-ho"]),
    ("metrics", ["so-do"]),
    ("rebuild", ["dung-lai"]),
    ("checkpoint", ["diem-chot"]),
    ("prove", ["chung-minh"]),
    ("check-proof", ["kiem-chung"]),
    ("verify", ["kiem-tra"]),
    ("backup", ["sao-luu"]),
    ("import", ["nhap"]),
    ("export", ["xuat"]),
    ("demo", ["chay-thu"]),
  ]

  /// The English verb for whatever name was typed; what is no verb stays as it is.
  static func english(_ typed: String) -> String {
    let name = typed.folded
    return aliases.first { $0.verb == name || $0.names.contains(name) }?.verb ?? typed
  }

  static func isVerb(_ name: String) -> Bool { aliases.contains { $0.verb == name } }

  static func others(of verb: String) -> [String] { aliases.first { $0.verb == verb }?.names ?? [] }
}
