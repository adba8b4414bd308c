public import EventSourcing

/// A promise that no fact of its event says. It was decided when the event was recorded and stands in the event's envelope, so
/// that no rule is read later; what the facts say already is derived from them and never stored twice.
public struct Promised: Hashable, Sendable {
  /// Which promises there are that an event's facts do not say.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// Somebody is told of it.
    case notice = 1
  }

  public var kind: Kind
  /// Until when it is to be kept; nil for what has no date of its own.
  public var due: Timestamp?
  /// Whom it is owed; nil where nobody said who he is, or it is erased.
  public var to: String?

  public init(_ kind: Kind, due: Timestamp?, to: String?) {
    self.kind = kind
    self.due = due
    self.to = to
  }
}

extension CaseState {
  /// A promise of an event's envelope, with the event that made it.
  public struct MadePromise: Hashable, Sendable {
    public var version: Version
    /// When that happened: since then it is owed.
    public var at: Timestamp
    public var promised: Promised

    public init(_ version: Version, at: Timestamp, _ promised: Promised) {
      self.version = version
      self.at = at
      self.promised = promised
    }
  }
}
