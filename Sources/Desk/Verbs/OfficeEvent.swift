/// What happens to the office itself, on the office's own stream.
public enum OfficeEvent: Hashable, Sendable {
  /// From here on these rules, this calendar and these procedures are in force.
  case rulesAdopted(RuleBook)
  /// The ledger was put back from an older state, and goes on from here: events that were recorded later are lost.
  case restored(Restored)
  /// Somebody who knows what time it is has said that the machine's clock is right.
  case clockAccepted(ClockAccepted)
}

/// What the clock showed that was accepted, and what was expected.
public struct ClockAccepted: Hashable, Sendable {
  public var shown: Timestamp
  public var expected: Timestamp

  public init(shown: Timestamp, expected: Timestamp) {
    self.shown = shown
    self.expected = expected
  }
}

/// What was known of the ledger that is lost.
public struct Restored: Hashable, Sendable {
  /// How many events it had at least, and the root of its tree then, in base64.
  public var knownSize: UInt64
  public var knownRoot: String
  /// How many events were put back: those between the two are lost.
  public var size: UInt64
  /// Who knew: the origin of a checkpoint, or `views`.
  public var witness: String

  public init(knownSize: UInt64, knownRoot: String, size: UInt64, witness: String) {
    self.knownSize = knownSize
    self.knownRoot = knownRoot
    self.size = size
    self.witness = witness
  }
}
