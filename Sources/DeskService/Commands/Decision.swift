import Desk
import EventSourcing

/// What a command decides about one stream, while nothing is recorded yet. A decision is a list of them, recorded whole: its
/// first stream is the one whose state is the answer.
struct Decision {
  var number: UInt64
  /// The stream as it was decided upon, whose version the first event follows.
  var state: CaseState
  var events: [CaseEvent]
  var isNew: Bool
  /// Whether it erases the stream, whose key is destroyed then.
  var isErasure: Bool

  /// The stream as the events leave it.
  var after: CaseState {
    var after = state
    for event in events { CaseDecider.evolve(&after, event) }
    return after
  }

  /// The event that gets this version, if it is one of these.
  func event(at version: Version) -> CaseEvent? {
    let index = Int(version.rawValue) - Int(state.version.rawValue) - 1
    return events.indices.contains(index) ? events[index] : nil
  }

  /// The code that a new case got.
  var newCode: String? {
    guard isNew, case .received(let facts)? = events.first?.body else { return nil }
    return facts.code
  }

  /// Whether a new case got this code, in any spelling of its letters.
  func takes(_ code: String) -> Bool {
    guard let newCode else { return false }
    let (folded, other) = (newCode.folded, code.folded)
    // What folds to nothing stands for itself.
    return folded == other && (!folded.isEmpty || newCode == code)
  }
}
