/// Every kind of event that a ledger may hold, by the word that the wire, exports and people's scripts know it by.
///
/// The list is closed: each floor of the house has one switch over it without `default`, which hands over to the kind's own
/// file, so that a kind that is forgotten on a floor does not compile. Whatever has to go through all kinds iterates `allCases`.
public enum EventKind: String, Hashable, Sendable, CaseIterable {
  // What happens in a case.
  case received, consulted, progressed, apologised, resolved, returned, withdrawn, corrected, erased, notified
  // What happens to the office.
  case rulesAdopted, restored, clockAccepted
}
