/// What somebody is at the desk, as the office's settings say.
public enum Role: String, Sendable, CaseIterable {
  case reader, clerk, supervisor
  case operatorRole = "operator"
  /// Beside the ladder: copies the ledger as it is stored, and sees nothing else of the desk.
  case relay

  /// Whether who holds this role may do what is for the other. Nothing else knows that roles have an order.
  public func covers(_ other: Role) -> Bool {
    guard let rank, let below = other.rank else { return self == other || self == .operatorRole && other == .relay }
    return rank >= below
  }

  /// The highest rank; a role beside the ladder counts only for who has no rank. Nil of none.
  public static func strongest(of roles: some Sequence<Role>) -> Role? {
    roles.max { ($0.rank ?? -1) < ($1.rank ?? -1) }
  }

  /// Nil for a role beside the ladder.
  private var rank: Int? {
    switch self {
    case .reader: 0
    case .clerk: 1
    case .supervisor: 2
    case .operatorRole: 3
    case .relay: nil
    }
  }
}

/// Who did it, as the kernel says.
public struct Actor: Hashable, Sendable {
  public var uid: UInt32
  public var account: String
  /// Missing in what was recorded before the office mapped its people to roles.
  public var role: Role?
  /// The word for the role in which a later release recorded it, when this one does not know it: told as it came.
  public var laterRole: String?
  /// The account of another, for whom a supervisor did it.
  public var onBehalfOf: String?

  public init(uid: UInt32, account: String, role: Role? = nil, onBehalfOf: String? = nil) {
    self.uid = uid
    self.account = account
    self.role = role
    self.onBehalfOf = onBehalfOf
  }

  /// The word for his role; nil when none was recorded.
  public var roleWord: String? { role?.rawValue ?? laterRole }

  /// The account whose work it is.
  public var principal: String { onBehalfOf ?? account }

  public func holds(_ role: Role) -> Bool { self.role?.covers(role) ?? false }
}
