/// What happens to the office itself, on the office's own stream.
public enum OfficeEvent: Hashable, Sendable {
  /// From here on these rules, this calendar and these procedures are in force.
  case rulesAdopted(RuleBook)
  /// The ledger was put back from an older state, and goes on from here: events that were recorded later are lost.
  case restored(Restored)
  /// Somebody who knows what time it is has said that the machine's clock is right.
  case clockAccepted(ClockAccepted)
}

extension OfficeEvent {
  /// The one switch of this layer over the kinds of the office's events.
  public var kind: EventKind {
    switch self {
    case .rulesAdopted: .rulesAdopted
    case .restored: .restored
    case .clockAccepted: .clockAccepted
    }
  }
}
