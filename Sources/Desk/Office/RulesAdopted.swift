import EventSourcing

/// Rules are a kind of event by being adopted: the event's facts are the whole book.
extension RuleBook: OfficeFacts {
  static var kind: EventKind { .rulesAdopted }

  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp) {
    var book = self
    // The catalogue is nearly all of a book, and most adoptions leave it as it is: then it is held once.
    if let before = state.books[state.current], before.procedures == procedures { book.procedures = before.procedures }
    state.books[position] = book
    state.current = max(state.current, position)
  }
}
