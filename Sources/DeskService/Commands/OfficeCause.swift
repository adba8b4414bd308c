import Desk
import DeskRecords
import EventSourcing

extension OfficeCommand {
  /// What makes the daemon record it. The same cause is one event, so that a crash in the middle repeats nothing; the same
  /// rules after others are another cause.
  ///
  /// - Parameter state: the office's before it.
  func cause(after state: OfficeState) -> [UInt8] {
    let facts: String
    switch self {
    case .adopt(let book): facts = "rulesAdopted \(state.rules.rawValue) \(CanonicalText.encode(book))"
    // Not the floor: that is decided when the loss is said.
    case .restore(let loss):
      let end = loss.isEndUnknown ? "?" : "\(loss.knownSize)"
      let erasures = loss.erasures.map { "\($0)" } ?? "-"
      facts = "restored \(loss.size) \(end) \(loss.knownRoot) \(erasures) \(loss.witness)"
    case .acceptClock(let accepted):
      facts = "clockAccepted \(accepted.shown.microseconds) \(accepted.expected.microseconds)"
    }
    return Array(facts.utf8)
  }
}
