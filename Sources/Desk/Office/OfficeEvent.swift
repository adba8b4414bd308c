import EventSourcing

/// What happens to the office itself, on the office's own stream.
public enum OfficeEvent: Hashable, Sendable {
  /// From here on these rules, this calendar and these procedures are in force.
  case rulesAdopted(RuleBook)
  /// The ledger was put back from an older state, and goes on from here: events that were recorded later are lost.
  case restored(Restored)
  /// Somebody who knows what time it is has said that the machine's clock is right.
  case clockAccepted(ClockAccepted)
}

/// The facts of one kind of the office's events. What the kind means to the office stands in the kind's own file.
protocol OfficeFacts {
  static var kind: EventKind { get }

  /// Adds what later decisions need to know.
  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp)
}

extension OfficeEvent {
  public var kind: EventKind {
    switch self {
    case .rulesAdopted: RuleBook.kind
    case .restored: Restored.kind
    case .clockAccepted: ClockAccepted.kind
    }
  }

  /// Folds the event into the state of the office.
  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp) {
    switch self {
    case .rulesAdopted(let book): book.apply(to: &state, at: position, recordedAt: recordedAt)
    case .restored(let facts): facts.apply(to: &state, at: position, recordedAt: recordedAt)
    case .clockAccepted(let facts): facts.apply(to: &state, at: position, recordedAt: recordedAt)
    }
  }
}
