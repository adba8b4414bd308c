public import EventSourcing

/// What the clock showed that was accepted, and what was expected.
public struct ClockAccepted: Hashable, Sendable {
  public var shown: Timestamp
  public var expected: Timestamp

  public init(shown: Timestamp, expected: Timestamp) {
    self.shown = shown
    self.expected = expected
  }
}

/// A clock that somebody accepted, as the office keeps it in mind.
public struct AcceptedClock: Hashable, Sendable {
  /// Where the ledger says so.
  public var position: Position
  public var facts: ClockAccepted
  /// Later than what was shown when the ledger was ahead of it.
  public var recordedAt: Timestamp

  public var shown: Timestamp { facts.shown }

  public init(position: Position, facts: ClockAccepted, recordedAt: Timestamp) {
    self.position = position
    self.facts = facts
    self.recordedAt = recordedAt
  }
}

extension ClockAccepted: OfficeFacts {
  static var kind: EventKind { .clockAccepted }

  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp) {
    state.lastClock = AcceptedClock(position: position, facts: self, recordedAt: recordedAt)
  }
}
