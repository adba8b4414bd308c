import Desk
import EventSourcing
import EventStore

/// Cases by where they stand, by due date.
enum StatusView: CaseView {
  static let name = "status"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { $0.due != $1.due || $0.status != $1.status }, owner: .endOfKey)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    guard let due = row.state.due else { return }
    rows.add {
      $0.append(row.state.status.rawValue)
      $0.append(bigEndian: OrderedKey.bits(of: due))
      $0.append(bigEndian: row.number)
    }
  }
}
