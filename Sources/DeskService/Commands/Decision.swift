import Desk

/// What a command decides about one stream, while nothing is recorded yet. A decision is a list of them, recorded whole: its
/// first stream is what the command is about, whose key keys the digest and whose state is the answer.
struct Decision {
  var number: UInt64
  /// The stream as it was decided upon, whose version the first event follows.
  var state: CaseState
  var events: [CaseEvent]
  var isNew: Bool

  /// The code that a new case got.
  var newCode: String? {
    guard isNew, case .received(let facts)? = events.first?.body else { return nil }
    return facts.code
  }
}
