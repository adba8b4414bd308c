public import EventSourcing

/// What the events of the office add up to: the rules that it ever adopted, the clocks that were accepted, and what is known
/// of losses.
public struct OfficeState: Hashable, Sendable {
  /// The rules by the position at which they were adopted.
  public internal(set) var books: [Position: RuleBook] = [:]
  /// Where the rules in force were adopted; `start` before any were.
  public internal(set) var current = Position.start
  /// The clocks that were accepted, in order.
  public internal(set) var clocks: [AcceptedClock] = []
  /// Which codes may have been given out by events that are lost.
  public internal(set) var floors: [SerialFloor] = []
  /// Where the last loss is recorded.
  public internal(set) var lastLoss: Position?
  /// Where the last loss is recorded whose end nobody can vouch for.
  public internal(set) var lastBreak: Position?

  public init() {}

  /// Folds an event that stands at this position.
  public mutating func evolve(_ event: OfficeEvent, at position: Position, recordedAt: Timestamp) {
    event.apply(to: &self, at: position, recordedAt: recordedAt)
  }

  /// The rules in force; nil before any were adopted.
  public var rules: (position: Position, book: RuleBook)? { books[current].map { (current, $0) } }

  /// Codes of that day begin after it.
  public func serialFloor(on day: CalendarDay) -> UInt32 {
    floors.lazy.filter { day <= $0.last }.map(\.serial).max() ?? 0
  }
}
