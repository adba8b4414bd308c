// What another person, or another role, must settle.
extension Wire {
  /// The method, or what was asked of it, is for another role than the caller holds (none: he is in no role).
  public struct PermissionDenied: WireError {
    public static let error = "vn.motcua.Desk.PermissionDenied"
    public var method: String
    public var needed: Told<Role>
    public var held: Told<Role>?

    public init(method: String, needed: Role, held: Role? = nil) {
      self.method = method
      self.needed = .known(needed)
      self.held = held.map(Told.known)
    }
  }

  /// `onBehalfOf` names no account of this machine.
  public struct UnknownAccount: WireError {
    public static let error = "vn.motcua.Desk.UnknownAccount"
    public var account: String

    public init(account: String) {
      self.account = account
    }
  }

  /// The machine's directory of accounts cannot say now who `onBehalfOf` is; nothing was recorded, try again.
  public struct AccountsUnavailable: WireError {
    public static let error = "vn.motcua.Desk.AccountsUnavailable"
    public var account: String

    public init(account: String) {
      self.account = account
    }
  }

  /// The account that `onBehalfOf` names may not do it himself, by the roles that office.toml gives; root and the daemon's
  /// own account, which may do everything, have none by that.
  public struct BehalfNotAllowed: WireError {
    public static let error = "vn.motcua.Desk.BehalfNotAllowed"
    public var account: String
    public var needed: Told<Role>
    public var held: Told<Role>?

    public init(account: String, needed: Role, held: Role? = nil) {
      self.account = account
      self.needed = .known(needed)
      self.held = held.map(Told.known)
    }
  }
}
