import Desk
import EventSourcing
import EventStore

/// The state of every case, whatever it began with: number → state.
enum CasesView: CaseView {
  static let name = "cases"
  static let view = DeskView(Self.self, version: 5, .always, owner: .key(from: 0))

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    if row.state.version == .none { return }
    rows.add {
      $0.append(bigEndian: row.number)
    } value: {
      StateCoding.write(row.state, to: &$0)
    }
  }
}
