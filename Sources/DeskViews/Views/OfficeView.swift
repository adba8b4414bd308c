import Desk
import EventSourcing
import EventStore

/// The office: its state in one row, and an index of what was adopted and accepted, by position, so that a start reads
/// neither its whole stream nor every book.
enum OfficeView: Projection {
  static let name = "office"
  static let view = DeskView(ofOffice: Self.self, version: 1)

  /// The first byte of the key.
  enum Part: UInt8 {
    case state = 1
    /// Then the position at which rules were adopted.
    case rules
    /// Then the position at which a clock was accepted; the row says what it showed.
    case clock
  }

  /// What one event adds, and the state; nothing of the office's stream is ever taken back.
  static func rows(of step: OfficeStep) -> [ViewRow] {
    var rows = [ViewRow(stateKey, OfficeCoding.encode(step.state))]
    // The state says what this event was.
    if step.state.rules == step.entry.position { rows.append(ViewRow(key(.rules, step.entry.position))) }
    if let clock = step.state.lastClock, clock.position == step.entry.position {
      rows.append(ViewRow(key(.clock, clock.position), OfficeCoding.encode(clock)))
    }
    return rows
  }

  static let stateKey = [Part.state.rawValue]

  static func key(_ part: Part, _ position: Position) -> [UInt8] { [part.rawValue] + bigEndian(position.rawValue) }
}
