public import EventSourcing

/// What the office owes somebody: since when, until when, and what became of it.
///
/// Promises that the facts of an event say already are derived from the state by the file of their kind. None is stored
/// in the state's row, and whether one is broken is stored nowhere: it is asked of (promise, now).
public struct Promise: Hashable, Sendable {
  public var kind: Kind
  /// The event that made it.
  public var madeBy: Version
  /// From when on it is owed. It may lie ahead: see `isOwed`.
  public var since: Timestamp
  /// Until when it is to be kept; nil for what has no date of its own.
  public var due: Timestamp?
  /// Whom it is owed; nil where nobody said who he is, or it is erased.
  public var to: String?
  /// The account that is asked about it.
  public var holder: String?
  /// Nil while it is open.
  public var settled: Settlement?

  public init(
    _ kind: Kind, madeBy: Version, since: Timestamp, due: Timestamp?, to: String?, holder: String?,
    settled: Settlement?
  ) {
    self.kind = kind
    self.madeBy = madeBy
    self.since = since
    self.due = due
    self.to = to
    self.holder = holder
    self.settled = settled
  }

  /// What ended a promise.
  public struct Settlement: Hashable, Sendable {
    public enum Manner: Hashable, Sendable {
      /// The office did it.
      case done
      /// The citizen withdrew, and waits for it no more.
      case withdrawn
      /// The case is erased and its end is among events that are lost: nobody waits, and nobody can say more.
      case unknown
    }

    /// The event that settled it.
    public var by: Version
    public var at: Timestamp
    public var manner: Manner

    public init(by version: Version, at: Timestamp, _ manner: Manner) {
      by = version
      self.at = at
      self.manner = manner
    }
  }

  public var isOpen: Bool { if case .none = settled { true } else { false } }

  /// Whether its date passed before it was settled. Exactly at the date is in time.
  public func isBroken(at now: Timestamp) -> Bool {
    guard let due else { return false }
    return (settled?.at ?? now).isPast(due)
  }

  /// Whether it is owed at this instant. What is owed once a date is past is not owed exactly at the date.
  public func isOwed(at now: Timestamp) -> Bool { isOpen && (!kind.waitsForDate || now.isPast(since)) }
}

extension Timestamp {
  /// Whether a date is over at this instant. Exactly at the date is in time.
  func isPast(_ date: Timestamp) -> Bool { self > date }
}
