/// What the clock showed that was accepted, and what was expected.
public struct ClockAccepted: Hashable, Sendable {
  public var shown: Timestamp
  public var expected: Timestamp

  public init(shown: Timestamp, expected: Timestamp) {
    self.shown = shown
    self.expected = expected
  }
}
