import Desk

/// What a block of events has made of a case.
struct CaseChange: Sendable {
  /// As the views have it.
  var before = CaseState()
  var after = CaseState()
}
