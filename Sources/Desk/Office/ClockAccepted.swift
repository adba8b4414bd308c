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
  public var position: Position
  public var shown: Timestamp
  /// Later than `shown` when the ledger was ahead of it.
  public var recordedAt: Timestamp

  public init(position: Position, shown: Timestamp, recordedAt: Timestamp) {
    self.position = position
    self.shown = shown
    self.recordedAt = recordedAt
  }
}

extension ClockAccepted: OfficeFacts {
  static var kind: EventKind { .clockAccepted }

  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp) {
    state.clocks.append(AcceptedClock(position: position, shown: shown, recordedAt: recordedAt))
  }
}
