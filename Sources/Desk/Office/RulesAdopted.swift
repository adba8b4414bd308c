import EventSourcing

/// Rules are a kind of event by being adopted: the event's facts are the whole book.
extension RuleBook: OfficeFacts {
  static var kind: EventKind { .rulesAdopted }

  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp) {
    state.rules = position
    if !state.prefixes.contains(office.codePrefix) { state.prefixes = (state.prefixes + [office.codePrefix]).sorted() }
  }
}
