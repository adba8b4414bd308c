import Desk

/// The names and subjects of the model, each with the words that people type for it.
enum ModelNames {
  static let people = [
    "Nguyễn Thị Hoa": ["nguyen", "thi", "hoa"], "Đặng Văn Lâm": ["dang", "van", "lam"],
    "Trần Minh": ["tran", "minh"], "Lê Thị Ươm": ["le", "thi", "uom"], "Quắc Thị Xuyến": ["quac", "thi", "xuyen"],
    "HTX Đông Á": ["htx", "dong", "a"],
  ]
  static let subjects = [
    "sửa ngày sinh": ["sua", "ngay", "sinh"], "khai sinh cho con": ["khai", "sinh", "cho", "con"],
    "hỏi lệ phí": ["hoi", "le", "phi"],
  ]

  /// Who did it, and for whom.
  static func both(_ actor: Actor) -> String {
    [actor.account, actor.onBehalfOf].compactMap(\.self).joined(separator: "/")
  }

  static func areSame(_ left: String, _ right: String) -> Bool { left == right || typed(left) == typed(right) }

  /// A name as it is typed without accents; what is not in the list is taken for typed so.
  static func typed(_ name: String) -> String { people[name]?.joined(separator: " ") ?? name.lowercased() }

  static func words(_ file: Model.Case) -> [String] {
    (file.applicant.flatMap { people[$0] } ?? []) + (file.subject.flatMap { subjects[$0] } ?? [])
      + file.code.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}
