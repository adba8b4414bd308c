import DeskInterface

extension Refusal {
  /// Refusals that another person, or another role, settles.
  func roleWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    switch refusal {
    case .permissionDenied(let error):
      return Words(
        language.say(
          "Việc này dành cho \(error.needed.said(language.word)); \(Self.held(error.held, .vi)). "
            + "Hãy nhờ \(error.needed.said(language.word)) làm, hoặc nhờ root đưa tài khoản vào nhóm mà office.toml "
            + "nêu cho vai trò đó (mặc định: \(Self.group(error.needed))), rồi đăng nhập lại.",
          "This is for \(Self.one(error.needed)); \(Self.held(error.held, .en)). "
            + "Ask \(Self.one(error.needed)) to do it, or root to put the account into a group that office.toml names "
            + "for that role (as shipped: \(Self.group(error.needed))), and log in again."),
        error.held == nil ? nil : CommandLineText(["status"]))
    case .unknownAccount(let error):
      let account = error.account
      return Words(
        language.say(
          "Máy của motcuad không có tài khoản “\(account)”: xem lại tên sau --on-behalf-of. \(Self.asOneself(.vi))",
          "There is no account “\(account)” on motcuad's machine: check the name after --on-behalf-of. \(Self.asOneself(.en))"
        ))
    case .accountsUnavailable(let error):
      let account = error.account
      // It may be his own.
      let isAnother = line.arguments.contains { $0 == "--on-behalf-of" || $0.hasPrefix("--on-behalf-of=") }
      return Words(
        language.say(
          "Máy của motcuad hiện chưa tra được tài khoản “\(account)”; chưa ghi gì, thử lại sau.",
          "motcuad's machine cannot look up the account “\(account)” now; nothing was recorded, try again later."
        ) + (isAnother ? " " + Self.asOneself(language) : ""), line)
    case .behalfNotAllowed(let error):
      let needed = error.needed.said(language.word)
      return Words(
        language.say(
          "Không làm thay cho “\(error.account)” được: việc này dành cho \(needed), mà tài khoản đó "
            + "\(error.held.map { "là \($0.said(language.word))" } ?? "chưa có vai trò nào"). \(Self.asOneself(.vi))",
          "It cannot be done on behalf of “\(error.account)”: it is for \(Self.one(error.needed)), and that account "
            + "\(error.held.map { "is \(Self.one($0))" } ?? "has no role"). \(Self.asOneself(.en))"))
    default: return nil
    }
  }

  /// What comes of leaving the option out. It is never the next command: it may record under the wrong name for good.
  private static func asOneself(_ language: Language) -> String {
    language.say(
      "Bỏ --on-behalf-of thì việc được ghi dưới tên tài khoản này.",
      "Without --on-behalf-of it is recorded as done by this account itself.")
  }

  private static func held(_ role: Wire.Told<Wire.Role>?, _ language: Language) -> String {
    guard let role else { return language.say("tài khoản này chưa có vai trò nào", "this account has no role") }
    return language.say("tài khoản này là \(role.said(language.word))", "this account is \(one(role))")
  }

  /// With the English article.
  private static func one(_ role: Wire.Told<Wire.Role>) -> String {
    (role == .operatorRole ? "an " : "a ") + role.said(Language.en.word)
  }

  private static func group(_ role: Wire.Told<Wire.Role>) -> String { "motcua-\(role.said(\.rawValue))s" }
}
